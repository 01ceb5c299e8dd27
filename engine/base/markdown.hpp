// Other people's words in a chat that reads Markdown (Discord's): shown as they are, never as markup, a mention or a link
// behind other words. Valid UTF-8 without control characters. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// With what would be markup behind a backslash.
std::string escaped(std::string_view text);

// In a code block or span no backslash counts: what would end it is replaced.
std::string in_code(std::string_view text);

}  // namespace slipway
