#include "adapters/discord/chat_text.hpp"

#include "engine/base/utf8.hpp"

namespace slipway::discord {

std::string cut(std::string_view text, std::size_t most) {
    constexpr std::string_view mark = "…";
    if (text.size() <= most) return std::string(text);
    return std::string(whole_characters(text, most - mark.size())) + std::string(mark);
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
