#include "engine/base/host_name.hpp"

#include <algorithm>
#include <string>

namespace slipway {

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = 253;

bool lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool in_label(char c) {
    return lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '-';
}

bool is_any_label(std::string_view text) {
    return !text.empty() && text.size() <= longest_label && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), in_label);
}

}  // namespace

bool is_host_label(std::string_view name) {
    return is_any_label(name) && std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

result<void> check_host_label(std::string_view name) {
    if (is_host_label(name)) return {};
    std::string why;
    const auto odd = std::find_if_not(name.begin(), name.end(), [](char c) { return lower_or_digit(c) || c == '-'; });
    if (name.empty() || name.size() > longest_label)
        why = " (" + std::to_string(name.size()) + " characters)";
    else if (odd != name.end())
        why = *odd > ' ' && *odd < 0x7f ? std::string(" (\"") + *odd + "\")"
                                        : " (it has a blank or a letter with an accent)";
    return make_error(error_kind::usage,
                      "\"" + std::string(name) + "\" is no host name" + why +
                          ": a name is 1 to 63 of a-z, 0-9 and \"-\", and neither begins nor ends with \"-\"");
}

bool is_host_name(std::string_view name) {
    if (name.size() > longest_name) return false;
    for (;;) {
        const auto dot = name.find('.');
        if (!is_any_label(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace slipway
