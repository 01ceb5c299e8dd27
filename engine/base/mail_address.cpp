#include "engine/base/mail_address.hpp"

#include "engine/base/host_name.hpp"

#include <algorithm>

namespace slipway {

bool is_mail_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    const std::string_view local = text.substr(0, at);
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    };
    const bool dots = local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos;
    return !dots && std::all_of(local.begin(), local.end(), allowed) && is_host_name(text.substr(at + 1));
}

}  // namespace slipway
