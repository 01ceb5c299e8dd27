#include "adapters/composition/dotenv.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace slipway::composition {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

std::string_view stripped(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

bool in_a_name(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// Ends at a '#' with a blank before it: "a#b" is one value.
std::string bare_value(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '#' && (i == 0 || is_blank(text[i - 1]))) return std::string(stripped(text.substr(0, i)));
    return std::string(stripped(text));
}

struct quoted {
    std::string value;
    std::size_t size = 0;  // with its quotes
};

// What a backslash and this character stand for: in single quotes only themselves.
std::string unescaped(char c, char quote) {
    if (c == quote || c == '\\') return std::string(1, c);
    if (quote == '"' && c == 'n') return "\n";
    if (quote == '"' && c == 'r') return "\r";
    if (quote == '"' && c == 't') return "\t";
    return std::string{'\\', c};
}

// The text begins with a quote. None where it is not closed, or something other than a comment follows on its last line.
std::optional<quoted> quoted_value(std::string_view text) {
    const char quote = text.front();
    quoted out;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            out.value += unescaped(text[++i], quote);
        } else if (text[i] == quote) {
            const std::string_view behind = stripped(text.substr(i + 1, text.find('\n', i) - i - 1));
            if (!behind.empty() && behind.front() != '#') return {};
            out.size = i + 1;
            return out;
        } else {
            out.value += text[i];
        }
    }
    return {};
}

class line_reader {
public:
    explicit line_reader(std::string_view text) : rest_(text) {
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    }

    std::vector<dotenv_entry> all() {
        std::vector<dotenv_entry> out;
        while (!rest_.empty()) {
            if (auto entry = next()) out.push_back(*std::move(entry));
            leave(rest_.find('\n'));
        }
        return out;
    }

private:
    // The entry that begins on this line; what is left of the line that it ends on stays.
    std::optional<dotenv_entry> next() {
        std::string_view line = stripped(rest_.substr(0, rest_.find('\n')));
        if (line.empty() || line.front() == '#') return {};
        if (line.starts_with("export") && line.size() > 6 && is_blank(line[6])) line = stripped(line.substr(7));
        const auto end = std::find_if_not(line.begin(), line.end(), in_a_name);
        dotenv_entry out;
        out.name.assign(line.begin(), end);
        out.line = line_;
        line = stripped(line.substr(out.name.size()));
        if (out.name.empty() || !line.starts_with('=')) {
            out.wrong = "expected KEY=value";
            return out;
        }
        line = stripped(line.substr(1));
        if (line.starts_with('"') || line.starts_with('\'')) {
            const auto begin = static_cast<std::size_t>(line.data() - rest_.data());
            if (auto found = quoted_value(rest_.substr(begin))) {
                out.value = std::move(found->value);
                pass(begin + found->size);
            } else {
                out.wrong = "the quote before the value is not closed";
            }
        } else {
            out.value = bare_value(line);
        }
        if (out.value.find('\0') != std::string::npos) out.wrong = "there is a zero byte in it";
        return out;
    }

    void pass(std::size_t bytes) {
        line_ += static_cast<int>(std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(bytes), '\n'));
        rest_.remove_prefix(bytes);
    }

    void leave(std::size_t line_end) {
        pass(line_end == std::string_view::npos ? rest_.size() : line_end + 1);
    }

    std::string_view rest_;
    int line_ = 1;
};

}  // namespace

std::vector<dotenv_entry> read_dotenv(std::string_view text) {
    return line_reader(text).all();
}

}  // namespace slipway::composition
