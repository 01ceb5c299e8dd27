#include "adapters/notify/channels.hpp"

#include "adapters/notify/discord_webhook.hpp"
#include "adapters/notify/smtp.hpp"
#include "adapters/notify/telegram.hpp"

#include <array>

namespace slipway::notify {

std::string_view settings::of(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view() : found->second.reveal();
}

std::string_view settings::of(const setting& one) const {
    const std::string_view set = of(one.name);
    return set.empty() ? one.otherwise : set;
}

std::span<const channel_kind* const> channel_kinds() {
    static constexpr std::array all{&discord_kind, &email_kind, &telegram_kind};
    return all;
}

error wrong_setting(const setting& one, const std::string& why) {
    return make_error(error_kind::configuration, std::string(one.name) + " " + why + ".");
}

}  // namespace slipway::notify
