// What somebody did in Discord, as values: a command with its options, a press of a button, or a text that is being typed
// (autocomplete). From the payload of INTERACTION_CREATE; fields that are not known are ignored. Pure.
//
// Facts: discord-api-docs, interactions/receiving-and-responding: in a guild there is `member` with `user` and roles, in a
// DM `user`. An autocomplete's options are partial and unchecked; so are, strictly, a command's.
#pragma once

#include "engine/base/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::discord {

struct person {
    std::string id;
    std::string name;
    std::vector<std::string> roles;  // in the guild where he speaks
};

enum class interaction_kind { command, press, typing, other };

struct interaction {
    interaction_kind kind = interaction_kind::other;
    std::string id;
    std::string token;  // whoever has it may answer; for 15 minutes, and then it is worth nothing
    std::string application;
    std::string channel;
    std::string guild;  // empty: a DM
    person user;
    std::string command;                         // command, typing: its name
    std::map<std::string, std::string> options;  // as text, whatever their type
    std::string focused;                         // typing: the option
    std::string button;                          // press: its custom_id

    bool in_guild() const { return !guild.empty(); }
    // Trimmed; empty where it was not given.
    std::string option(const std::string& name) const;
};

// Errors are of kind failed: it is none, or lacks what is needed to answer it.
result<interaction> parse_interaction(const nlohmann::json& payload);

}  // namespace slipway::discord
