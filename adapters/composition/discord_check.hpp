// What stands between a DISCORD_TOKEN and a bot that answers, for slipway doctor: asks and changes nothing.
#pragma once

#include "adapters/discord/bot.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace slipway::composition {

enum class discord_verdict { ok, warning, failed };

struct discord_finding {
    discord_verdict how = discord_verdict::ok;
    std::string detail;  // a sentence, with what to do where it is not ok; without the token
};

// The token and its application, where Discord sends interactions, the commands, and the sessions that are left today.
boost::asio::awaitable<std::vector<discord_finding>> check_discord(const discord::bot_settings& settings);

}  // namespace slipway::composition
