// The steps of a VM's life that touch the world, what is known of each beforehand, and the ways they fail. Steps and
// failures are stored by name: a name here is format.
#pragma once

#include "engine/base/name_table.hpp"

#include <optional>
#include <string_view>

namespace slipway {

enum class step {
    register_key,       // the user's public key is known to Hetzner
    create_server,      // the server exists
    reach_ssh,          // it has booted: our key opens a session on the host we expect
    run_recipe,         // the user's script has run, once
    prepare_host_keys,  // the VM has made host keys that nobody else has ever seen
    hand_over,          // they are in use and our own key is gone from the VM
    delete_server,
    release_key,  // the key is deleted, or kept because somebody else needs it
};

// What a step asks of its project's request budget. Only so many steps of a kind are begun at once per project: one
// that waits for its turn has not been written down as begun, and its time has not begun to run.
enum class request_kind { none, creating, removing };

// What a VM has at Hetzner. Stored by name, too.
enum class resource_kind { server, ssh_key };

struct step_properties {
    step value;
    std::string_view name;
    request_kind request;
    std::optional<resource_kind> resource;  // what the request makes or removes
    // It needs keys that are made of the installation's secret: the operator's, the VM's first host key.
    bool keys;
    // The longest that one attempt may take; past it its outcome counts as unknown. A step with a deadline of its own
    // (its effect's) has that so many times, and the seconds on top.
    int deadlines;
    int seconds;
};

// clang-format off
inline constexpr std::array step_table{
    step_properties{step::register_key,       "register_key",      request_kind::creating, resource_kind::ssh_key, false, 0, 150},
    step_properties{step::create_server,      "create_server",     request_kind::creating, resource_kind::server,  true,  0, 150},
    step_properties{step::reach_ssh,          "reach_ssh",         request_kind::none,     {},                     true,  1, 10},
    // cloud-init may take as long as the recipe before it begins.
    step_properties{step::run_recipe,         "run_recipe",        request_kind::none,     {},                     true,  2, 180},
    step_properties{step::prepare_host_keys,  "prepare_host_keys", request_kind::none,     {},                     true,  0, 60},
    step_properties{step::hand_over,          "hand_over",         request_kind::none,     {},                     true,  0, 60},
    step_properties{step::delete_server,      "delete_server",     request_kind::removing, resource_kind::server,  false, 0, 600},
    step_properties{step::release_key,        "release_key",       request_kind::removing, resource_kind::ssh_key, false, 0, 150},
};
// clang-format on
static_assert(has_every_value<step_table>(), "each step has its row, in the order of the enum");

constexpr const step_properties& properties_of(step s) {
    return row_in<step_table>(s);
}
constexpr bool creates(step s, resource_kind r) {
    return properties_of(s).request == request_kind::creating && properties_of(s).resource == r;
}
// A request that creates or deletes something is never cut short: its answer says what exists.
constexpr bool may_be_cut_short(step s) {
    return properties_of(s).request == request_kind::none;
}

enum class failure_code {
    // What Hetzner says (engine/ports/cloud.hpp says what each means).
    not_sent,
    unauthorized,
    forbidden,
    quota,
    not_found,
    name_taken,
    conflict,
    unavailable,
    invalid,
    locked,
    protected_resource,
    rate_limited,
    server_error,
    lost,
    bad_answer,
    action_failed,
    // What we make of its answers.
    foreign_server,  // a server of our name exists and is not ours
    no_public_ip,    // the server came without a public IPv4 address
    not_seen_yet,    // a request whose outcome is unknown may still be carried out: look again later
    // What the VM says.
    ssh_unreachable,
    wrong_host_key,
    ssh_denied,
    timed_out,
    broken_host,
    recipe_failed,
    // What we are missing.
    no_credentials,  // the token or the operator's key cannot be read
    other_project,   // nothing of the VM is in the project that the token opens: not proven gone
    // What the world says about the log.
    other_history,  // a server of this VM's, or of its contract's, that no request in this log has made
    older_log,      // the project has servers of this installation that the log does not know yet
};

std::string_view name(step s);
std::string_view name(resource_kind r);
std::string_view name(failure_code c);
std::optional<step> step_named(std::string_view text);
std::optional<resource_kind> resource_named(std::string_view text);
std::optional<failure_code> failure_named(std::string_view text);

}  // namespace slipway
