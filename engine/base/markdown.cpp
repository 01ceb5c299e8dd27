#include "engine/base/markdown.hpp"

#include "engine/base/terminal_text.hpp"

namespace slipway {

std::string escaped(std::string_view text) {
    constexpr std::string_view anywhere = "\\*_~`|[]<@", at_the_start = "#>-+";
    std::string out;
    bool starts = true;
    for (const char c : without_controls(text)) {
        const bool is_markup = anywhere.find(c) != std::string_view::npos ||
                               (starts && at_the_start.find(c) != std::string_view::npos);
        if (is_markup) out += '\\';
        out += c;
        starts = c == '\n' || (starts && c == ' ');
    }
    return out;
}

std::string in_code(std::string_view text) {
    std::string out = without_controls(text);
    for (char& c : out)
        if (c == '`') c = '\'';
    return out;
}

}  // namespace slipway
