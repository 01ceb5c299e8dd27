// The commands that Discord shows to people, as Discord is told about them (bulk overwrite of an application's commands),
// and whether what it has is that. Pure.
//
// Facts: discord-api-docs, interactions/application-commands: names in lower case, required options before the others, at
// most 25 choices. Names that Discord does not know yet count towards 200 a day; so it is told only what has changed.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace slipway::discord {

inline constexpr int most_vms_at_once = 10;

// The body of PUT /applications/{id}/commands.
const nlohmann::json& all_commands();

// Whether `registered` (GET /applications/{id}/commands) says the same; what Discord adds of its own does not count.
bool are_registered(const nlohmann::json& registered);

}  // namespace slipway::discord
