// SHA-256, for what the API has to recognise without keeping it. Pure; throws std::runtime_error where OpenSSL has
// none.
#pragma once

#include "engine/model/public_key.hpp"

#include <array>
#include <string>
#include <string_view>

namespace slipway::api {

using digest = std::array<unsigned char, 32>;

digest sha256(std::string_view bytes);

// In a time that does not depend on where they differ.
bool same(const digest& a, const digest& b);

std::string hex(const digest& d);

// "SHA256:…" as ssh-keygen -l shows it.
std::string fingerprint_of(const public_key& key);

}  // namespace slipway::api
