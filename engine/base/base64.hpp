// Base64 (RFC 4648, with padding, no line breaks), as SSH keys and sealed texts use it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway {

std::string base64_encode(std::string_view bytes);

// Empty where `text` is not exactly what base64_encode writes: a stray character, missing padding, bits left over.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace slipway
