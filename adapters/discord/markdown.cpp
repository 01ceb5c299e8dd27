#include "adapters/discord/markdown.hpp"

#include "engine/base/terminal_text.hpp"
#include "engine/base/utf8.hpp"

namespace slipway::discord {

std::string escaped(std::string_view text) {
    constexpr std::string_view anywhere = "\\*_~`|[]()<@:", at_the_start = "#>-+";
    std::string out;
    bool starts = true;
    for (const char c : without_controls(text)) {
        if (anywhere.find(c) != std::string_view::npos || (starts && at_the_start.find(c) != std::string_view::npos)) out += '\\';
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

std::string cut(std::string_view text, std::size_t most) {
    constexpr std::string_view mark = "…";
    if (text.size() <= most) return std::string(text);
    std::size_t end = 0;
    while (end < text.size()) {
        const std::size_t length = std::max<std::size_t>(utf8_character(text.substr(end)), 1);
        if (end + length > most - mark.size()) break;
        end += length;
    }
    return std::string(text.substr(0, end)) + std::string(mark);
}

std::vector<std::string> in_pieces(const std::vector<std::string>& lines, std::size_t most) {
    std::vector<std::string> pieces;
    for (const std::string& whole : lines) {
        const std::string line = cut(whole, most);
        if (pieces.empty() || pieces.back().size() + 1 + line.size() > most)
            pieces.push_back(line);
        else
            pieces.back() += "\n" + line;
    }
    return pieces;
}

std::string relative_time(std::int64_t unix_seconds) { return "<t:" + std::to_string(unix_seconds) + ":R>"; }

}  // namespace slipway::discord
