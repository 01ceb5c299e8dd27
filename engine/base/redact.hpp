// Takes a token out of text that others wrote: Hetzner's answer to too many requests quotes half of it, and Discord's
// tokens stand in its addresses. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// Every piece of `message` that is also a piece of `token` and at least twelve characters long (or the whole token,
// where that is shorter) becomes "[redacted]".
std::string redact(std::string_view message, std::string_view token);

}  // namespace slipway
