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

// discord-api-docs, resources/webhook: an id, and a token, which lets everybody write who has it. Nothing but Discord's own
// host: what is sent there is sent to nobody else.
bool is_discord_webhook(std::string_view text) {
    constexpr std::string_view before_id = "https://discord.com/api/webhooks/";
    if (!text.starts_with(before_id)) return false;
    text.remove_prefix(before_id.size());
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    const std::string_view id = text.substr(0, slash), token = text.substr(slash + 1);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto of_token = [&](char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    return !id.empty() && id.size() <= 20 && std::all_of(id.begin(), id.end(), digit) && token.size() >= 20 &&
           std::all_of(token.begin(), token.end(), of_token);
}

constexpr std::array kinds{
    recipient_kind{"discord", "discord_webhook", 200, is_discord_webhook,
                   "This must be a webhook's URL as Discord shows it: https://discord.com/api/webhooks/ID/TOKEN.",
                   sealed_kind::discord_webhook},
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
