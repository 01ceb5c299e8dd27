#include "adapters/cli/kamal/erb.hpp"

#include <algorithm>
#include <array>
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

// Without comments and what is in quotes; none where a quote is not closed (or is a part of something else).
std::optional<std::string> without_texts(std::string_view code) {
    std::string out;
    for (std::size_t at = 0; at < code.size(); ++at) {
        const char c = code[at];
        if (c == '#') {
            at = std::min(code.find('\n', at), code.size());
            if (at < code.size()) out += '\n';
            continue;
        }
        out += c;
        if (c != '"' && c != '\'' && c != '`') continue;
        for (++at; at < code.size() && code[at] != c; ++at)
            if (code[at] == '\\') ++at;
        if (at >= code.size()) return {};
        out += c;
    }
    return out;
}

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '?' || c == '!';
}

// Whether all that is opened in the tag is closed in it. A modifier ("x if y") counts as if it opened something: what is
// not sure is no.
bool closes_itself(std::string_view code) {
    constexpr std::array<std::string_view, 8> openers{"if", "unless", "case", "while", "until", "for", "begin", "do"};
    int depth = 0;
    for (std::size_t at = 0; at < code.size() && depth >= 0;) {
        std::size_t end = at;
        while (end < code.size() && in_word(code[end])) ++end;
        if (end == at) {
            if (code[at] == '{') ++depth;
            if (code[at] == '}') --depth;
            ++at;
            continue;
        }
        const std::string_view word = code.substr(at, end - at);
        const bool a_name = (at > 0 && std::string_view(".:@$").find(code[at - 1]) != std::string_view::npos) ||
                            (end < code.size() && code[end] == ':');
        if (!a_name && std::find(openers.begin(), openers.end(), word) != openers.end()) ++depth;
        if (!a_name && word == "end") --depth;
        at = end;
    }
    return depth == 0;
}

constexpr std::size_t a_statement = 500;

// Several statements in one tag: what they open and close is Ruby's to know.
bool beyond_us(std::string_view code) {
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
        if (tag.code.size() > a_statement) return true;  // a whole program
        const auto plain = without_texts(tag.code);
        const std::string_view code = plain ? trimmed(*plain) : tag.code;
        if (plain && closes_itself(code)) continue;
        if (beyond_us(code)) return true;
        if (closes(code)) --depth;
        if (opens(code)) ++depth;
        if (depth < 0) return true;
    }
    return depth != 0;
}

}  // namespace slipway::cli::kamal
