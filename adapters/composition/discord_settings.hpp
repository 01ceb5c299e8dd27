// What the Discord bot is told (DISCORD_…), read and checked once at start-up.
#pragma once

#include "adapters/composition/environment.hpp"
#include "adapters/discord/bot.hpp"

#include <optional>
#include <string>

namespace slipway::composition {

// None where there is no DISCORD_TOKEN: then no bot runs, and the other settings are nobody's business. Errors are of
// kind configuration, name the variable, and never quote the token.
result<std::optional<discord::bot_settings>> discord_settings(const environment& from, const std::string& ca_file);

}  // namespace slipway::composition
