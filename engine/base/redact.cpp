#include "engine/base/redact.hpp"

#include <algorithm>

namespace slipway {

std::string redact(std::string_view message, std::string_view token) {
    const std::size_t least = std::min<std::size_t>(12, token.size());
    if (least == 0) return std::string(message);

    std::string out;
    for (std::size_t at = 0; at < message.size();) {
        std::size_t longest = 0;
        if (at + least <= message.size()) {
            const std::string_view here = message.substr(at);
            for (std::size_t found = token.find(here.substr(0, least)); found != std::string_view::npos;
                 found = token.find(here.substr(0, least), found + 1)) {
                const std::string_view there = token.substr(found);
                const auto [end, ignored] = std::mismatch(there.begin(), there.end(), here.begin(), here.end());
                longest = std::max(longest, static_cast<std::size_t>(end - there.begin()));
            }
        }
        if (longest == 0) {
            out += message[at++];
        } else {
            out += "[redacted]";
            at += longest;
        }
    }
    return out;
}

}  // namespace slipway
