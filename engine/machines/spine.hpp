// The spine: what every machine that ends in a running VM remembers. Its rows are in spine_rows.hpp. Pure.
#pragma once

#include "engine/model/event.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

// The reason of an end that is only tried again.
inline constexpr std::string_view retry_termination = "retry_termination";

struct key_reference {
    std::int64_t id = 0;
    bool ours = false;
    friend bool operator==(const key_reference&, const key_reference&) = default;
};

struct server_reference {
    std::int64_t id = 0;
    std::string name, server_type, location, ipv4, ipv6;
    std::vector<std::int64_t> actions;
    std::string host_key;
    friend bool operator==(const server_reference&, const server_reference&) = default;
};

struct spine {
    vm_spec spec;
    std::string owner;
    std::string contract_id;              // a contract's
    std::string offering;                 // likewise
    std::optional<timestamp> expires_at;  // likewise

    // The step in hand.
    std::optional<step_started> intent;   // started, without a result so far
    std::optional<step> doubtful;         // the step in hand, where an attempt of it may have been carried out
    int attempts = 0;                     // failed attempts that count
    int waits = 0;                        // failed attempts since the last that counted
    std::optional<timestamp> retry_at;    // the next attempt must not begin before
    std::size_t candidate_index = 0;
    int name_suffix = 1;                  // 1: the plain name; 2: name-2, …

    // What may exist at Hetzner.
    std::string project;  // by which token the stream's project was last seen to be open, or was asked in doubt
    std::vector<std::string> orders;  // what the servers that this stream has asked for are marked with
    std::optional<key_reference> key;
    int key_unknown = 0;     // requests to register it whose outcome was never seen: each may yet be carried out
    std::optional<server_reference> server;
    int server_unknown = 0;  // likewise
    std::string asked_name;  // the server name last asked for
    std::optional<server_reference> last_server;  // the one that was deleted, for the record

    // What was learned on the way.
    std::string address;
    std::vector<std::string> prepared_host_keys;
    std::vector<std::string> host_keys;  // of the active VM
    std::optional<recipe_run> recipe;
    bool prepared_in_use = false;      // the host keys that were prepared: before the recipe began
    std::vector<shortcoming> missing;  // of the active VM
    std::optional<failed> failure;
    std::optional<slipway::held> held;  // nothing is done until a command comes
    std::vector<leak> leaked;
    std::string end_reason;

    const candidate& where() const { return spec.candidates.at(candidate_index); }
    std::string server_name() const {
        return name_suffix == 1 ? spec.name : spec.name + "-" + std::to_string(name_suffix);
    }
    // The server that it has, or had.
    const server_reference* known_server() const {
        return server ? &*server : last_server ? &*last_server : nullptr;
    }
    // An intent without a result counts: its request may be on its way.
    int keys_in_doubt() const { return key_unknown + is_asked_for(resource_kind::ssh_key); }
    int servers_in_doubt() const { return server_unknown + is_asked_for(resource_kind::server); }
    bool is_asked_for(resource_kind r) const { return intent && creates(intent->step, r); }
    // The project in which something of it may be; empty: there can be nothing yet.
    const std::string& may_be_in() const { return project.empty() && intent ? intent->project : project; }
    bool may_have_begun(step s) const { return doubtful == s || (intent && intent->step == s); }
    bool has_app() const { return !spec.app.empty() && spec.app != "none"; }
    // What was run on the VM may have changed it, SSH too, and is its owner's work.
    bool something_ran() const { return recipe && (recipe->ran || has_app()); }
    bool server_may_exist() const { return server || servers_in_doubt() > 0; }
    bool key_may_exist() const { return key || keys_in_doubt() > 0; }
    bool leaks(resource_kind kind) const {
        return std::any_of(leaked.begin(), leaked.end(), [&](const leak& l) { return l.kind == kind; });
    }
    friend bool operator==(const spine&, const spine&) = default;
};

// What the rows are given: the spine, and how far its stream has come.
struct vm_memory {
    spine data;
    std::uint64_t version = 0;  // of the last event; 0 before the first

    operator spine&() { return data; }
    operator const spine&() const { return data; }
    friend bool operator==(const vm_memory&, const vm_memory&) = default;
};

}  // namespace slipway
