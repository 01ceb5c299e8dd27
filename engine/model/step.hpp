// The steps of a VM's life that touch the world, and the ways they fail. Both are stored by name: a name here is format.
#pragma once

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
    release_key,        // the key is deleted, or kept because somebody else needs it
};

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
    foreign_server,   // a server of our name exists and is not ours
    no_public_ip,     // the server came without a public IPv4 address
    not_seen_yet,     // a request whose outcome is unknown may still be carried out: look again later
    // What the VM says.
    ssh_unreachable,
    wrong_host_key,
    ssh_denied,
    timed_out,
    broken_host,
    recipe_failed,
    // What we are missing.
    no_credentials,   // the token or the operator's key cannot be read
    other_project,    // nothing of the VM is in the project that the token opens: not proven gone
};

std::string_view name(step s);
std::string_view name(failure_code c);
std::optional<step> step_named(std::string_view text);
std::optional<failure_code> failure_named(std::string_view text);

}  // namespace slipway
