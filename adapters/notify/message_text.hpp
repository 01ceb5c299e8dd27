// Other people's words in our messages: made harmless and short. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::notify {

// Valid UTF-8 on one line: control characters, line breaks of any kind and marks that turn the direction of text become
// a blank each, blanks in a row become one. At most `most` bytes, cut between characters, with "..." where it was cut.
std::string one_line(std::string_view text, std::size_t most = 500);

// `text` with each of what is secret replaced by "[redacted]"; also its base64 form. An empty secret is none.
std::string without_secret(std::string text, std::string_view secret);

}  // namespace slipway::notify
