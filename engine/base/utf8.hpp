// Characters in text that comes from elsewhere (UTF-8, RFC 3629). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace slipway {

// The length in bytes of the character at the start of `text`; 0 where there is none.
std::size_t utf8_character(std::string_view text);

// What utf8_character() has found, as a number.
std::uint32_t code_point(std::string_view character);

// The start of a text that is at most `most` bytes long and ends between characters.
std::string_view whole_characters(std::string_view text, std::size_t most);

// Whether all of it is characters.
bool is_utf8(std::string_view text);

}  // namespace slipway
