#include "adapters/composition/discord_check.hpp"

#include "adapters/discord/access.hpp"
#include "adapters/discord/commands.hpp"
#include "adapters/discord/payload.hpp"
#include "adapters/discord/rest.hpp"
#include "engine/base/terminal_text.hpp"
#include "engine/runtime/system.hpp"

#include <fmt/format.h>

#include <utility>

namespace slipway::composition {

boost::asio::awaitable<std::vector<discord_finding>> check_discord(const discord::bot_settings& settings) {
    system_clock clock;
    system_random random;
    discord::rest_settings with;
    with.base = settings.base;
    with.bot_token = secret(std::string(settings.token.reveal()));
    with.tls = settings.tls;
    with.patience = std::chrono::seconds{10};
    discord::rest api(std::move(with), clock, random);

    std::vector<discord_finding> all;
    const auto add = [&](discord_verdict how, std::string detail) {
        discord_finding one;
        one.how = how;
        one.detail = std::move(detail);
        all.push_back(std::move(one));
    };
    const auto application = co_await api.application();
    if (!application) {
        add(discord_verdict::failed, application.error().message);
        co_return all;
    }
    const std::string id = discord::text_of(*application, "id");
    std::string owners;
    for (const std::string& one : discord::owners_of(*application)) owners += (owners.empty() ? "" : ", ") + one;
    add(discord_verdict::ok, fmt::format("the token is of application {} ({}), owned by {}", id,
                                         with_visible_controls(discord::text_of(*application, "name")), owners));
    if (!discord::text_of(*application, "interactions_endpoint_url").empty())
        add(discord_verdict::failed,
            "the application has an Interactions Endpoint URL: Discord sends commands there and none to the bot; clear it in "
            "the Developer Portal, under General Information");
    const auto commands = co_await api.commands(id);
    if (!commands)
        add(discord_verdict::failed, commands.error().message);
    else if (discord::are_registered(*commands))
        add(discord_verdict::ok, "its commands are registered");
    else
        add(discord_verdict::warning, "its commands are not registered as this version has them; slipwayd does that when it starts");
    const auto gateway = co_await api.gateway_bot();
    if (!gateway)
        add(discord_verdict::failed, gateway.error().message);
    else
        add(gateway->sessions.remaining > 10 ? discord_verdict::ok : discord_verdict::warning,
            fmt::format("{} of {} sessions at the gateway are left today", gateway->sessions.remaining, gateway->sessions.total));
    co_return all;
}

}  // namespace slipway::composition
