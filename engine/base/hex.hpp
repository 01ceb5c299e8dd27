// Bytes written as hex digits, two a byte. Upper and lower case are read, lower case is written. Pure.
#pragma once

#include "engine/base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slipway {

// In one allocation: what is wiped afterwards has left no copy.
std::string hex(std::string_view bytes);
void append_hex(std::string& text, unsigned char byte);

// Empty where `text` holds anything but pairs of hex digits.
std::optional<secret> from_hex(std::string_view text);

}  // namespace slipway
