#include "adapters/discord/access.hpp"

#include "adapters/discord/payload.hpp"

#include <algorithm>

namespace slipway::discord {

using nlohmann::json;

bool access_rules::allows(const interaction& what) const {
    if (is_owner(what.user) || users.contains(what.user.id)) return true;
    const auto is_allowed = [&](const std::string& role) { return roles.contains(role); };
    return what.in_guild() && std::any_of(what.user.roles.begin(), what.user.roles.end(), is_allowed);
}

std::set<std::string> owners_of(const json& application) {
    std::set<std::string> owners;
    const auto add = [&](const std::string& id) {
        if (!id.empty()) owners.insert(id);
    };
    const json& team = member(application, "team");
    // An application of a team is owned by a user that stands for the team; its people are the members.
    if (!team.is_object()) {
        add(text_of(member(application, "owner"), "id"));
        return owners;
    }
    add(text_of(team, "owner_user_id"));
    const json& members = member(team, "members");
    if (!members.is_array()) return owners;
    for (const json& one : members) {
        const std::string role = text_of(one, "role");
        const bool has_accepted = member(one, "membership_state") == 2;
        if (has_accepted && (role == "admin" || role == "developer")) add(text_of(member(one, "user"), "id"));
    }
    return owners;
}

}  // namespace slipway::discord
