#include "engine/base/label.hpp"

#include "engine/base/host_name.hpp"

#include <algorithm>

namespace slipway {

namespace {

bool letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label_text(std::string_view text) {
    return !text.empty() && text.size() <= 63 && letter_or_digit(text.front()) && letter_or_digit(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool is_label_key(std::string_view key) {
    const auto slash = key.find('/');
    if (slash == std::string_view::npos) return is_label_text(key);
    const std::string_view prefix = key.substr(0, slash);
    return prefix != "hetzner.cloud" && is_host_name(prefix) && is_label_text(key.substr(slash + 1));
}

bool is_label_value(std::string_view value) {
    return value.empty() || is_label_text(value);
}

}  // namespace slipway
