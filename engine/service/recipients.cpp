#include "engine/service/recipients.hpp"

#include "engine/base/mail_address.hpp"

#include <algorithm>
#include <array>

namespace slipway::service {

namespace {

// core.telegram.org/bots/api: a chat's number, or the @name of a public channel.
bool is_telegram_chat(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.starts_with('@')) {
        text.remove_prefix(1);
        return text.size() >= 5 && text.size() <= 32 && std::all_of(text.begin(), text.end(), [&](char c) {
                   return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
               });
    }
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), digit);
}

constexpr std::array kinds{
    recipient_kind{"email", "email", 254, is_mail_address, "This is no address like name@example.org."},
    recipient_kind{"telegram", "telegram_chat", 33, is_telegram_chat,
                   "This must be a chat's number in a string, or the @name of a channel."},
};

}  // namespace

std::span<const recipient_kind> recipient_kinds() {
    return kinds;
}

const recipient_kind* find_recipient_kind(std::string_view channel) {
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const recipient_kind& one) { return one.channel == channel; });
    return found == kinds.end() ? nullptr : &*found;
}

std::string address_of(const std::vector<recipient>& recipients, std::string_view channel) {
    const auto found = std::find_if(recipients.begin(), recipients.end(),
                                    [&](const recipient& one) { return one.channel == channel; });
    return found == recipients.end() ? std::string() : found->address;
}

}  // namespace slipway::service
