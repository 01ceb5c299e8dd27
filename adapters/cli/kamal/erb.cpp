#include "adapters/cli/kamal/erb.hpp"

#include <algorithm>
#include <regex>

namespace slipway::cli::kamal {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr const char* blanks = " \t\r\n-";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool matches(std::string_view code, const char* pattern) {
    return std::regex_search(code.begin(), code.end(), std::regex(pattern));
}

bool opens(std::string_view code) {
    return matches(code, R"(^(if|unless|case|while|until|for|begin)\b)") ||
           matches(code, R"((\bdo|\{)\s*(\|[^|]*\|)?\s*$)");
}

bool closes(std::string_view code) {
    return matches(code, R"(^(end\b|\}))");
}

// Several statements in one tag, or a whole program: what they open and close is Ruby's to know.
bool beyond_us(std::string_view code) {
    constexpr std::size_t a_statement = 500;
    if (code.size() > a_statement) return true;
    return code.find_first_of(";\n") != std::string_view::npos &&
           matches(code, R"(\b(if|unless|case|while|until|for|begin|do|end)\b|[{}])");
}

}  // namespace

std::optional<std::vector<erb_tag>> find_erb(std::string_view file) {
    std::vector<erb_tag> tags;
    for (std::size_t at = file.find("<%"); at != std::string_view::npos; at = file.find("<%", at)) {
        if (file.substr(at + 2, 1) == "%") {  // <%% is a plain "<%"
            at += 3;
            continue;
        }
        const auto close = file.find("%>", at + 2);
        if (close == std::string_view::npos) return {};
        erb_tag tag;
        tag.begin = at;
        tag.end = close + 2;
        std::string_view inside = file.substr(at + 2, close - at - 2);
        tag.prints = inside.starts_with("=");
        const bool comment = inside.starts_with("#");
        if (tag.prints) inside.remove_prefix(1);
        tag.code = comment ? std::string_view() : trimmed(inside);
        tags.push_back(tag);
        at = tag.end;
    }
    return tags;
}

std::optional<std::string> paint_over(std::string_view file, const std::vector<erb_tag>& tags) {
    std::string out(file);
    for (const erb_tag& tag : tags) {
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(tag.begin),
                  out.begin() + static_cast<std::ptrdiff_t>(tag.end), tag.prints ? 'E' : ' ');
        if (tag.prints) continue;
        // Blanks at the head of a line are indentation, and Ruby leaves none of them.
        const auto line = file.substr(0, tag.begin).rfind('\n') + 1;
        const bool at_head = file.substr(line, tag.begin - line).find_first_not_of(" \t") == std::string_view::npos;
        const auto rest = file.substr(tag.end, file.find('\n', tag.end) - tag.end);
        if (at_head && rest.find_first_not_of(" \t\r") != std::string_view::npos) return {};
    }
    return out;
}

bool perhaps_conditional(const std::vector<erb_tag>& tags, std::size_t offset) {
    int depth = 0;
    for (const erb_tag& tag : tags) {
        if (tag.begin >= offset) break;
        if (beyond_us(tag.code)) return true;
        if (closes(tag.code)) --depth;
        if (opens(tag.code)) ++depth;
        if (depth < 0) return true;
    }
    return depth != 0;
}

}  // namespace slipway::cli::kamal
