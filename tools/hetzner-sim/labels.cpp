#include "tools/hetzner-sim/labels.hpp"

#include "engine/base/label.hpp"

#include <algorithm>

namespace slipway::sim {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// Splits at commas outside of parentheses.
std::vector<std::string_view> split_terms(std::string_view text) {
    std::vector<std::string_view> parts;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        if (text[i] == ',' && depth == 0) {
            parts.push_back(trimmed(text.substr(start, i - start)));
            start = i + 1;
        }
    }
    parts.push_back(trimmed(text.substr(start)));
    return parts;
}

// "a , b" → {a, b}; nothing where a value is not allowed.
std::optional<std::vector<std::string>> parse_values(std::string_view text) {
    std::vector<std::string> values;
    for (const auto part : split_terms(text)) {
        if (!is_label_value(part)) return std::nullopt;
        values.emplace_back(part);
    }
    return values;
}

}  // namespace

std::optional<std::string> label_problem(const json& labels) {
    if (!labels.is_object()) return "labels must be an object";
    for (const auto& [key, value] : labels.items()) {
        if (!is_label_key(key)) return "label key '" + key + "' is not allowed";
        if (!value.is_string() || !is_label_value(value.get_ref<const std::string&>()))
            return "the value of label '" + key + "' is not allowed";
    }
    return std::nullopt;
}

std::optional<label_selector::term> label_selector::parse_term(std::string_view text) {
    term t;
    if (text.size() > 1 && text.back() == ')') {
        const auto open = text.find('(');
        if (open == std::string_view::npos) return std::nullopt;
        const auto head = trimmed(text.substr(0, open));
        const auto space = head.find(' ');
        if (space == std::string_view::npos) return std::nullopt;
        t.key = std::string(trimmed(head.substr(0, space)));
        const auto word = trimmed(head.substr(space));
        if (word != "in" && word != "notin") return std::nullopt;
        t.what = word == "in" ? test::one_of : test::none_of;
        auto values = parse_values(text.substr(open + 1, text.size() - open - 2));
        if (!values) return std::nullopt;
        t.values = std::move(*values);
    } else if (const auto equals = text.find('='); equals != std::string_view::npos) {
        const bool negative = equals > 0 && text[equals - 1] == '!';
        t.key = std::string(trimmed(text.substr(0, negative ? equals - 1 : equals)));
        auto value = text.substr(equals + 1);
        if (!negative && !value.empty() && value.front() == '=') value.remove_prefix(1);
        value = trimmed(value);
        if (!is_label_value(value)) return std::nullopt;
        t.what = negative ? test::none_of : test::one_of;
        t.values.emplace_back(value);
    } else if (!text.empty() && text.front() == '!') {
        t.what = test::missing;
        t.key = std::string(trimmed(text.substr(1)));
    } else {
        t.key = std::string(text);
    }
    if (!is_label_key(t.key)) return std::nullopt;
    return t;
}

std::optional<label_selector> label_selector::parse(std::string_view text) {
    label_selector s;
    if (trimmed(text).empty()) return s;
    for (const auto part : split_terms(text)) {
        auto t = parse_term(part);
        if (!t) return std::nullopt;
        s.terms_.push_back(std::move(*t));
    }
    return s;
}

bool label_selector::matches(const json& labels) const {
    return std::all_of(terms_.begin(), terms_.end(), [&](const term& t) {
        const auto found = labels.find(t.key);
        const bool has = found != labels.end();
        const bool listed =
            has && std::find(t.values.begin(), t.values.end(), found->get<std::string>()) != t.values.end();
        switch (t.what) {
            case test::exists:
                return has;
            case test::missing:
                return !has;
            case test::one_of:
                return listed;
            case test::none_of:
                return !listed;
        }
        return false;
    });
}

}  // namespace slipway::sim
