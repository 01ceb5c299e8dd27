#include "engine/base/host_name.hpp"

#include <algorithm>
#include <string>

namespace slipway {

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = 253;

bool in_label(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_any_label(std::string_view text) {
    return !text.empty() && text.size() <= longest_label && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), in_label);
}

}  // namespace

bool is_server_name(std::string_view name) {
    const auto in_address = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    const bool address = std::count(name.begin(), name.end(), '.') == 3 && std::all_of(name.begin(), name.end(), in_address);
    return name.size() <= longest_label && is_host_name(name) && !address;
}

result<void> check_server_name(std::string_view name) {
    if (is_server_name(name)) return {};
    std::string why;
    const auto odd = std::find_if_not(name.begin(), name.end(), [](char c) { return in_label(c) || c == '.'; });
    if (name.empty() || name.size() > longest_label)
        why = " (" + std::to_string(name.size()) + " characters)";
    else if (odd != name.end())
        why = *odd > ' ' && *odd < 0x7f ? std::string(" (\"") + *odd + "\")"
                                        : " (it has a blank or a letter with an accent)";
    return make_error(error_kind::usage,
                      "\"" + std::string(name) + "\" is no host name" + why +
                          ": a name is 1 to 63 letters, digits and \"-\", with dots between its parts, and no part begins or "
                          "ends with \"-\"");
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
