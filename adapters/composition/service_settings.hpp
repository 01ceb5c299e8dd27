// What only the marketplace and the daemon are told (names and defaults: the table in README.md), beside
// configuration.hpp. Read and checked once at start-up.
#pragma once

#include "adapters/composition/configuration.hpp"
#include "adapters/discord/bot.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/base/secret.hpp"
#include "adapters/notify/channels.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::composition {

struct service_settings {
    std::optional<bool> provisioning;  // HETZNER_PROVISIONING_ENABLED; none: nobody said
    int poll_interval_s = 10;
    int termination_poll_interval_s = 60;
    std::vector<net::listen_address> listen;
    std::optional<secret> api_token;
    notify::settings notify;
    std::optional<discord::bot_settings> discord;  // none: no DISCORD_TOKEN, no bot
};

// Said at start-up where HETZNER_PROVISIONING_ENABLED is not set.
extern const char* const provisioning_unset_warning;

// Said at start-up where tokens would pass other machines in the clear.
std::optional<std::string> plain_http_warning(const service_settings& s);

// Errors are of kind configuration and name the variable: also for what does not go together (contracts without a key
// to seal tokens with, a port for the world without a token).
result<service_settings> configure_service(const environment& from, const configuration& c);

}  // namespace slipway::composition
