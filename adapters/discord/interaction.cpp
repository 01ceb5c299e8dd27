#include "adapters/discord/interaction.hpp"

#include "adapters/discord/payload.hpp"

namespace slipway::discord {

namespace {

using nlohmann::json;

// An option's value: what Discord has as text, a number or a choice of two.
std::string value_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_primitive() && !value.is_null() ? value.dump() : std::string();
}

interaction_kind kind_of(const json& type) {
    if (!type.is_number_integer()) return interaction_kind::other;
    switch (type.get<int>()) {
        case 2: return interaction_kind::command;
        case 3: return interaction_kind::press;
        case 4: return interaction_kind::typing;
        default: return interaction_kind::other;
    }
}

void read_options(interaction& into, const json& options) {
    if (!options.is_array()) return;
    for (const json& one : options) {
        const std::string name = text_of(one, "name");
        if (name.empty()) continue;
        into.options[name] = value_text(member(one, "value"));
        const json& focused = member(one, "focused");
        if (focused.is_boolean() && focused.get<bool>()) into.focused = name;
    }
}

}  // namespace

std::string interaction::option(const std::string& name) const {
    const auto it = options.find(name);
    if (it == options.end()) return {};
    const auto first = it->second.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return it->second.substr(first, it->second.find_last_not_of(" \t\r\n") - first + 1);
}

result<interaction> parse_interaction(const json& payload) {
    interaction out;
    out.kind = kind_of(member(payload, "type"));
    out.id = text_of(payload, "id");
    out.token = text_of(payload, "token");
    out.application = text_of(payload, "application_id");
    out.channel = text_of(payload, "channel_id");
    out.guild = text_of(payload, "guild_id");
    const json& in_guild = member(payload, "member");
    const json& user = in_guild.is_object() ? member(in_guild, "user") : member(payload, "user");
    out.user.id = text_of(user, "id");
    out.user.name = text_of(user, "global_name").empty() ? text_of(user, "username") : text_of(user, "global_name");
    if (const json& roles = member(in_guild, "roles"); roles.is_array())
        for (const json& role : roles)
            if (role.is_string()) out.user.roles.push_back(role.get<std::string>());
    if (out.id.empty() || out.token.empty() || out.user.id.empty())
        return make_error(error_kind::failed, "an interaction without an id, a token or a user");
    const json& data = member(payload, "data");
    out.command = text_of(data, "name");
    out.button = text_of(data, "custom_id");
    read_options(out, member(data, "options"));
    return out;
}

}  // namespace slipway::discord
