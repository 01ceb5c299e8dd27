// What Hetzner knows: servers, SSH keys and actions of one project, and the insides of the servers as SSH shows them. A
// plain data structure that answers at once; when a request reaches it, and whether its answer comes back, is the
// business of the ports (cloud_port.hpp, shell_port.hpp).
//
// Kept from the real one: server names are unique; a key's material and its name are unique; deleting takes an action
// and the name is free only when it has ended; an action may fail.
#pragma once

#include "engine/ports/cloud.hpp"
#include "engine/ports/remote_shell.hpp"
#include "adapters/simulated/dice.hpp"
#include "adapters/simulated/faults.hpp"
#include "adapters/simulated/schedule.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::simulated {

struct recipe_state {
    std::int64_t started = 0;
    std::int64_t ends = 0;
    std::int64_t killed_at = 0;  // where it has not ended by then
    int exit_code = 0;
    bool ended_well(std::int64_t now) const { return exit_code == 0 && ends <= std::min(now, killed_at); }
};

struct simulated_server {
    cloud_server seen;
    std::vector<std::int64_t> networks, firewalls;
    std::string stream;  // its label slipway-stream; empty for a stranger's
    bool deleting = false;
    std::optional<std::int64_t> boots_at;  // none: never
    std::string host_key;                  // what it shows now, or one of `prepared` once they are in use
    bool lets_operator_in = true;
    std::vector<std::string> prepared;
    bool prepared_in_use = false;
    std::map<std::string, recipe_state> recipes;
    fault flaw = fault::none;  // recipe_fails, recipe_hangs
    std::optional<std::int64_t> ssh_changes_at;  // its recipe changes SSH: from then on nobody new gets in …
    fault changed_to = fault::none;              // … for this reason
};

struct simulated_action {
    std::int64_t ends = 0;
    bool fails = false;
    std::int64_t network = 0;  // that is attached to; it fails where there is none any more
};

// Who is told what comes into being, at the moment it does.
class cloud_watcher {
public:
    virtual ~cloud_watcher() = default;
    virtual void server_made(const simulated_server&) {}
    virtual void server_ended(const simulated_server&) {}  // by a request
    virtual void key_made(const cloud_ssh_key&) {}
    virtual void recipe_started(const simulated_server&, const std::string& /*run_id*/) {}
};

// Hetzner's MD5 form. What is no real key has a text of that form without the digest: it need only differ from others.
std::string fingerprint_of(const std::string& public_line);

class cloud_model {
public:
    // No two projects give one number to two things.
    cloud_model(schedule& time, dice& chance, std::int64_t numbers_from = 0)
        : time_(time), chance_(chance), made_(numbers_from) {}

    cloud_result<cloud_ssh_key> create_ssh_key(const new_ssh_key& key);
    cloud_result<std::optional<cloud_ssh_key>> find_ssh_key(const std::string& fingerprint) const;
    cloud_result<void> delete_ssh_key(std::int64_t id);
    cloud_result<created_server> create_server(const new_server& wanted, fault flaw);
    cloud_result<std::optional<cloud_server>> find_server(const std::string& name) const;
    cloud_result<std::vector<cloud_server>> list_servers() const;
    cloud_result<std::optional<cloud_server>> get_server(std::int64_t id) const;
    cloud_result<std::vector<cloud_ssh_key>> list_ssh_keys() const;  // those that slipway has labelled
    cloud_result<std::int64_t> delete_server(std::int64_t id);

    // Without a request: what people do in Hetzner's console.
    std::map<std::int64_t, cloud_resource> networks, firewalls;
    void take_away(std::int64_t server);
    void relabel(std::int64_t server, labels all);

    simulated_server* at_address(const std::string& ipv4);
    std::vector<const simulated_server*> of_stream(const std::string& stream) const;
    const std::map<std::int64_t, simulated_server>& servers() const { return servers_; }
    const std::map<std::int64_t, cloud_ssh_key>& keys() const { return keys_; }
    const std::string& public_line(std::int64_t key) const { return public_lines_.at(key); }
    const cloud_ssh_key* key_with(const std::string& fingerprint) const;  // null where there is none
    const simulated_action* action(std::int64_t id) const;
    bool fails(std::int64_t action) const;
    void let_fail(std::int64_t action);  // while it is running: how it ended, nothing changes

    cloud_watcher* watcher = nullptr;

private:
    std::int64_t begin_action(milliseconds lasts, bool fails);

    schedule& time_;
    dice& chance_;
    std::int64_t made_ = 0;
    std::map<std::int64_t, simulated_server> servers_;
    std::map<std::string, std::int64_t> by_name_, by_address_;
    std::map<std::string, std::set<std::int64_t>> by_stream_;
    std::map<std::int64_t, cloud_ssh_key> keys_;
    std::map<std::string, std::int64_t> keys_by_fingerprint_;
    std::map<std::int64_t, std::string> public_lines_;
    std::map<std::int64_t, simulated_action> actions_;
};

}  // namespace slipway::simulated
