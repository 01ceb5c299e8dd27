#include "engine/base/mail_address.hpp"

#include <algorithm>

namespace slipway {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_mail_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
    const auto in_local = [](char c) {
        return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    };
    const auto in_domain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; };
    const auto dotted = [](std::string_view part) {
        return !part.empty() && part.front() != '.' && part.back() != '.' && part.find("..") == std::string_view::npos;
    };
    return std::all_of(local.begin(), local.end(), in_local) && std::all_of(domain.begin(), domain.end(), in_domain) &&
           dotted(local) && dotted(domain) && domain.front() != '-';
}

}  // namespace slipway
