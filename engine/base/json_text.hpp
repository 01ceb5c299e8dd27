// What the JSON library takes as JSON although other readers of the same bytes do not (RFC 8259). Pure.
#pragma once

#include <string_view>

namespace slipway {

// False where the library would stop before the text's end, or begin after its start: it takes a zero byte for the end
// and passes over a byte order mark. To be asked before the library is, wherever the text itself is kept or handed on.
inline bool only_json(std::string_view text) {
    return text.find('\0') == std::string_view::npos && !text.starts_with("\xef\xbb\xbf");
}

}  // namespace slipway
