#include "engine/base/ip_address.hpp"

#include <algorithm>

namespace slipway {

namespace {

// The text up to the next separator, which is taken away with it. False where there is none.
bool split_at(std::string_view& rest, char separator, std::string_view& part) {
    const auto at = rest.find(separator);
    part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return at != std::string_view::npos;
}

bool is_byte(std::string_view text) {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return false;
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    return value <= 255;
}

bool is_group(std::string_view text) {
    return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

// How many groups of 16 bits these are; none: 0; no groups: 9. Only the end of an address may be an IPv4 address.
int count_of_groups(std::string_view text, bool at_the_end) {
    constexpr int wrong = 9;
    int count = 0;
    if (text.empty()) return 0;
    for (bool more = true; more;) {
        std::string_view part;
        more = split_at(text, ':', part);
        if (is_group(part))
            count += 1;
        else if (!more && at_the_end && is_ipv4(part))
            count += 2;
        else
            return wrong;
    }
    return count;
}

}  // namespace

bool is_ipv4(std::string_view text) {
    int count = 0;
    for (bool more = true; more; ++count) {
        std::string_view part;
        more = split_at(text, '.', part);
        if (!is_byte(part)) return false;
    }
    return count == 4;
}

bool is_ipv6(std::string_view text) {
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) return count_of_groups(text, true) == 8;
    return count_of_groups(text.substr(0, gap), false) + count_of_groups(text.substr(gap + 2), true) < 8;
}

}  // namespace slipway
