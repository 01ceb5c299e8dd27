#include "adapters/composition/configuration.hpp"

#include "adapters/net/url.hpp"

#include <algorithm>

namespace slipway::composition {

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string_view item = text.substr(0, comma);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
        if (!item.empty()) out.emplace_back(item);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return out;
}

namespace {

// It becomes an argument of ssh.
bool is_user_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    };
    return text.size() <= 32 && !text.starts_with('-') && std::all_of(text.begin(), text.end(), allowed);
}

result<std::optional<vault::sealing_key>> encryption_key(const environment& from, const std::string& name) {
    auto text = from.secret(name);
    if (!text) return text.error();
    std::optional<vault::sealing_key> key;
    if (!*text) return key;
    auto parsed = vault::sealing_key::parse((*text)->reveal());
    if (!parsed) return make_error(error_kind::configuration, name + ": " + parsed.error().message);
    key.emplace(*std::move(parsed));
    return key;
}

}  // namespace

result<void> configure_ssh(const environment& from, configuration& c) {
    c.ssh_user = from.text("SLIPWAY_SSH_USER").value_or("root");
    if (!is_user_name(c.ssh_user))
        return make_error(error_kind::configuration,
                          "SLIPWAY_SSH_USER is no user's name: letters, digits, '.', '_' and '-', and no '-' in front");
    const auto port = from.number("SLIPWAY_SSH_PORT", c.ssh_port, 1, 65535);
    if (!port) return port.error();
    c.ssh_port = *port;
    return {};
}

result<configuration> configure(const environment& from, const std::optional<std::string>& database_url) {
    configuration c;
    auto url = from.secret("SLIPWAY_DATABASE_URL");
    if (!url) return url.error();
    auto where = locate(database_url, [&](const std::string& name) -> std::optional<std::string> {
        if (name != "SLIPWAY_DATABASE_URL") return from.text(name);
        return *url ? std::optional<std::string>(std::string((*url)->reveal())) : std::nullopt;
    });
    if (!where) return where.error();
    c.database = *std::move(where);

    auto token = from.secret("HCLOUD_TOKEN");
    if (token && !*token) token = from.secret("HETZNER_API_TOKEN");
    if (!token) return token.error();
    c.token = *std::move(token);

    c.endpoint = from.text("HCLOUD_ENDPOINT").value_or("https://api.hetzner.cloud/v1");
    if (auto checked = net::parse_endpoint(c.endpoint); !checked)
        return make_error(error_kind::configuration, "HCLOUD_ENDPOINT: " + checked.error().message);
    c.endpoint_for_token_only = from.is_for_its_token_only("HCLOUD_ENDPOINT");
    c.ca_file = from.text("SLIPWAY_CA_FILE").value_or("");

    if (const auto cache = from.text("XDG_CACHE_HOME"))
        c.cache_directory = *cache + "/slipway";
    else if (const auto home = from.text("HOME"))
        c.cache_directory = *home + "/.cache/slipway";

    auto key = encryption_key(from, "CREDENTIAL_ENCRYPTION_KEY");
    if (!key) return key.error();
    auto before = encryption_key(from, "CREDENTIAL_ENCRYPTION_KEY_PREVIOUS");
    if (!before) return before.error();
    if (*before && !*key)
        return make_error(error_kind::configuration,
                          "CREDENTIAL_ENCRYPTION_KEY_PREVIOUS is set without CREDENTIAL_ENCRYPTION_KEY, the key after it");
    if (*key) c.sealing = std::make_shared<vault::sealing_keys>(**std::move(key), *std::move(before));

    c.server_types = split_list(from.text("SLIPWAY_SERVER_TYPES").value_or("cx23"));
    c.locations = split_list(from.text("SLIPWAY_LOCATIONS").value_or("nbg1"));
    if (auto ssh = configure_ssh(from, c); !ssh) return ssh.error();
    c.crash_point = from.text("SLIPWAY_CRASH").value_or("");
    const auto take = [&](int& into, const std::string& name, int least, int most) -> std::optional<error> {
        auto value = from.number(name, into, least, most);
        if (!value) return value.error();
        into = *value;
        return {};
    };
    if (auto bad = take(c.ssh_timeout_s, "SLIPWAY_SSH_TIMEOUT_SECS", 1, 86400)) return *bad;
    if (auto bad = take(c.recipe_timeout_s, "SLIPWAY_RECIPE_TIMEOUT_SECS", 1, 86400)) return *bad;
    if (auto bad = take(c.overdue_after_s, "SLIPWAY_OVERDUE_AFTER_SECS", 1, 86400)) return *bad;
    if (auto bad = take(c.late_grace_s, "SLIPWAY_LATE_GRACE_SECS", 0, 3600)) return *bad;
    if (auto bad = take(c.lease_s, "SLIPWAY_LEASE_SECS", 5, 600)) return *bad;
    return c;
}

}  // namespace slipway::composition
