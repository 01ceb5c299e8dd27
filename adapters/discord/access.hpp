// Who may use the bot: the users and roles that DISCORD_ALLOWED_USERS and DISCORD_ALLOWED_ROLES name; with neither only the
// application's owner, who always may. Asked for every interaction of every kind: what Discord's own permissions hide is
// hidden in its clients alone. Pure.
#pragma once

#include "adapters/discord/interaction.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>

namespace slipway::discord {

struct access_rules {
    std::set<std::string> users;
    std::set<std::string> roles;   // of members of a guild: in a DM nobody has one
    std::set<std::string> owners;  // of the application

    bool is_owner(const person& who) const { return owners.contains(who.id); }
    bool allows(const interaction& what) const;
};

// From what GET /applications/@me says: a person, or the members of a team that may change the application.
std::set<std::string> owners_of(const nlohmann::json& application);

}  // namespace slipway::discord
