// What a state calls for: the next side effect, as a value. Effects are derived from the state that was reached, never
// fired by a transition; replaying a log can therefore never touch the world.
#pragma once

#include "engine/model/event.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace slipway {

// `unknown`: so many earlier requests were sent whose outcome nobody knows; each may have been carried out, or may yet
// be. Find out what they left before doing anything, and do not say that something is gone while one may still come.
//
// `deadline`: what the step may take by its own account, of which step_table makes the longest of an attempt.

struct register_key_effect {
    static constexpr slipway::step step = slipway::step::register_key;
    std::string name;
    std::string public_key;
    std::string fingerprint;
    int unknown = 0;
};

struct create_server_effect {
    static constexpr slipway::step step = slipway::step::create_server;
    std::string name;
    candidate where;
    std::int64_t key_id = 0;
    int unknown = 0;
};

struct reach_ssh_effect {
    static constexpr slipway::step step = slipway::step::reach_ssh;
    std::string address;
    std::string host_key;
    std::vector<std::int64_t> actions;
    std::chrono::milliseconds deadline{0};
};

struct run_recipe_effect {
    static constexpr slipway::step step = slipway::step::run_recipe;
    std::string address;
    std::vector<std::string> host_keys;  // any of these may be shown
    std::vector<std::string> prepared;   // are put into use before it starts; empty: that comes after it
    std::string app;                     // whose installation it waits for; empty: none
    std::string script;                  // empty: nothing to run
    bool in_doubt = false;               // an earlier attempt may have started it
    std::chrono::milliseconds deadline{0};
};

struct prepare_host_keys_effect {
    static constexpr slipway::step step = slipway::step::prepare_host_keys;
    std::string address;
    std::vector<std::string> host_keys;
};

struct hand_over_effect {
    static constexpr slipway::step step = slipway::step::hand_over;
    std::string address;
    std::vector<std::string> host_keys;  // any of these may be shown
    std::vector<std::string> prepared;
    bool after_recipe = false;  // something has run on the VM that may have changed its SSH
    bool in_doubt = false;      // an earlier attempt may have done it
};

struct delete_server_effect {
    static constexpr slipway::step step = slipway::step::delete_server;
    std::int64_t server_id = 0;  // 0: only its label is known, and whether it exists is not
};

struct release_key_effect {
    static constexpr slipway::step step = slipway::step::release_key;
    std::int64_t key_id = 0;  // 0: only its fingerprint is known, and whether we registered it is not
    std::string fingerprint;
    bool ours = false;
    int unknown = 0;  // requests that may yet register it; all of those in doubt where there is no id
};

using effect = std::variant<register_key_effect, create_server_effect, reach_ssh_effect, run_recipe_effect,
                            prepare_host_keys_effect, hand_over_effect, delete_server_effect, release_key_effect>;

step step_of(const effect& e);

// The longest that one attempt may take; past it its outcome counts as unknown.
std::chrono::milliseconds limit_of(const effect& e);

// Why a step did not succeed, as the one who carried it out saw it. What to do about it is the machine's choice.
struct step_failure {
    failure_code code{};
    std::string message;                             // a sentence for people
    std::string output;                              // of a recipe that failed: what it printed last
    bool unknown = false;                            // the side effect may have happened
    std::optional<std::chrono::milliseconds> wait;   // not before (rate limit, a late create)
};

}  // namespace slipway
