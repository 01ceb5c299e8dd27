#include "adapters/composition/service_settings.hpp"

#include "adapters/composition/discord_settings.hpp"

#include <filesystem>

namespace slipway::composition {

const char* const provisioning_unset_warning =
    "HETZNER_PROVISIONING_ENABLED not set — Hetzner provisioning will NOT work. Set HETZNER_PROVISIONING_ENABLED=true "
    "to "
    "enable.";

namespace {

constexpr std::size_t shortest_api_token = 16;  // where anybody may guess

error wrong(std::string message) {
    return make_error(error_kind::configuration, std::move(message));
}

result<std::optional<bool>> yes_or_no(const environment& from, const std::string& name) {
    const auto text = from.text(name);
    if (!text) return std::optional<bool>();
    if (*text == "true" || *text == "1") return std::optional<bool>(true);
    if (*text == "false" || *text == "0") return std::optional<bool>(false);
    return wrong(name + " must be true or false, not \"" + *text + "\"");
}

// Where sockets of running programs belong; without such a place, beside the database.
std::string default_socket(const environment& from, const configuration& c) {
    for (const char* name : {"RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"})
        if (const auto directory = from.text(name)) return *directory + "/slipway.sock";
    const auto directory = std::filesystem::path(c.database.path).parent_path();
    return (directory.empty() ? "." : directory.string()) + "/slipway.sock";
}

// Each channel says itself what it needs, and checks it when it is made.
result<notify::settings> notify_settings(const environment& from) {
    notify::settings out;
    for (const notify::channel_kind* kind : notify::channel_kinds()) {
        for (const notify::setting& one : kind->settings) {
            std::string name(one.name);
            // Named beside another token, and for that alone.
            if (from.is_for_its_token_only(name)) continue;
            if (one.is_secret) {
                auto value = from.secret(name);
                if (!value) return value.error();
                if (*value) out.values.insert_or_assign(std::move(name), **std::move(value));
            } else if (auto value = from.text(name)) {
                out.values.insert_or_assign(std::move(name), secret(*std::move(value)));
            }
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> plain_http_warning(const service_settings& s) {
    std::string open;
    for (const net::listen_address& one : s.listen)
        if (one.leaves_the_machine()) open += (open.empty() ? "" : ", ") + one.text();
    if (open.empty()) return std::nullopt;
    return "SLIPWAY_LISTEN: " + open +
           " is plain HTTP: whoever is on the way can read the API's token and providers' tokens. Listen on 127.0.0.1 or a "
           "unix socket behind a proxy that speaks TLS.";
}

result<service_settings> configure_service(const environment& from, const configuration& c) {
    service_settings s;
    auto provisioning = yes_or_no(from, "HETZNER_PROVISIONING_ENABLED");
    if (!provisioning) return provisioning.error();
    s.provisioning = *provisioning;
    if (s.provisioning.value_or(false) && !c.sealing)
        return wrong(
            "HETZNER_PROVISIONING_ENABLED is true, but CREDENTIAL_ENCRYPTION_KEY is not set: make a key with "
            "openssl rand -hex 32 and keep it safe, providers' tokens cannot be read without it");

    if (s.provisioning.value_or(false) && c.endpoint_for_token_only)
        return wrong(
            "HETZNER_PROVISIONING_ENABLED is true, but HCLOUD_ENDPOINT comes from .env of the working directory: providers' "
            "tokens are not sent there. If the file is yours, name it: --config FILE");

    auto poll = from.number("HETZNER_POLL_INTERVAL_SECS", s.poll_interval_s, 1, 86400);
    if (!poll) return poll.error();
    s.poll_interval_s = *poll;
    auto termination = from.number("HETZNER_TERMINATION_POLL_INTERVAL_SECS", s.termination_poll_interval_s, 1, 86400);
    if (!termination) return termination.error();
    s.termination_poll_interval_s = *termination;

    auto token = from.secret("SLIPWAY_API_TOKEN");
    if (!token) return token.error();
    s.api_token = *std::move(token);

    const auto listen = from.text("SLIPWAY_LISTEN").value_or("unix:" + default_socket(from, c));
    for (const std::string& entry : split_list(listen)) {
        auto address = net::parse_listen_address(entry);
        if (!address) return wrong("SLIPWAY_LISTEN: " + address.error().message);
        if (address->leaves_the_machine() && !s.api_token)
            return wrong("SLIPWAY_LISTEN: " + entry +
                         " can be reached from other machines: set SLIPWAY_API_TOKEN, or listen on 127.0.0.1");
        if (address->leaves_the_machine() && s.api_token->reveal().size() < shortest_api_token)
            return wrong("SLIPWAY_API_TOKEN is too short for " + entry + ", which can be reached from other machines: it has " +
                         "at least " + std::to_string(shortest_api_token) + " characters; make one with openssl rand -hex 32");
        s.listen.push_back(*std::move(address));
    }

    auto notify = notify_settings(from);
    if (!notify) return notify.error();
    s.notify = *std::move(notify);
    s.notify.ca_file = c.ca_file;

    auto discord = discord_settings(from, c.ca_file);
    if (!discord) return discord.error();
    s.discord = *std::move(discord);
    return s;
}

}  // namespace slipway::composition
