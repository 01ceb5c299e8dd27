#include "adapters/composition/discord_settings.hpp"

#include "adapters/composition/configuration.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace slipway::composition {

namespace {

constexpr std::size_t longest_id = 20;  // 64 bits in decimal

error refusal(std::string message) {
    return make_error(error_kind::configuration, std::move(message));
}

result<std::set<std::string>> ids(const environment& from, const std::string& name) {
    std::set<std::string> all;
    for (const std::string& one : split_list(from.text(name).value_or(""))) {
        if (one.empty()) continue;
        if (one.size() > longest_id || one.find_first_not_of("0123456789") != std::string::npos)
            return refusal(name + ": \"" + one + "\" is no id of Discord's: those are numbers (Developer Mode, Copy ID)");
        all.insert(one);
    }
    return all;
}

// It becomes part of a header.
bool is_one_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

result<std::optional<discord::bot_settings>> discord_settings(const environment& from, const std::string& ca_file) {
    auto token = from.secret("DISCORD_TOKEN");
    if (!token) return token.error();
    std::optional<discord::bot_settings> out;
    if (!*token) return out;
    discord::bot_settings s;
    s.token = **std::move(token);
    if (!is_one_word(s.token.reveal()))
        return refusal("DISCORD_TOKEN is empty, or has blanks or other characters in it that no token has: copy it from the "
                     "Developer Portal again, without \"Bot\" before it");
    const auto base = net::parse_endpoint(from.text("DISCORD_API_BASE").value_or("https://discord.com/api/v10"));
    if (!base) return refusal("DISCORD_API_BASE cannot be used: " + base.error().message);
    s.base = *base;
    auto tls = net::client_tls(ca_file);
    if (!tls) return tls.error();
    s.tls = *std::move(tls);
    auto users = ids(from, "DISCORD_ALLOWED_USERS");
    if (!users) return users.error();
    s.users = *std::move(users);
    auto roles = ids(from, "DISCORD_ALLOWED_ROLES");
    if (!roles) return roles.error();
    s.roles = *std::move(roles);
    const auto quota = from.number("DISCORD_USER_QUOTA", s.quota, 1, 10'000);
    if (!quota) return quota.error();
    s.quota = *quota;
    out = std::move(s);
    return out;
}

}  // namespace slipway::composition
