// The simulated cloud: projects with their servers, keys, networks, firewalls and actions, and what will happen to them
// by itself (an action ends, a server boots). Resources are kept in the shape in which the API shows them.
//
// Owned by `service`; one thread. Pure: time is passed in (milliseconds since the epoch), and what the world wants done
// about a server's real SSH side comes out as orders. Server ids are unique over all projects.
#pragma once

#include "tools/hetzner-sim/price_list.hpp"
#include "tools/hetzner-sim/message.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::sim {

struct world_settings {
    std::int64_t create_ms = 200;             // how long the create_server action takes
    std::int64_t boot_ms = 800;               // from the request to SSH
    std::int64_t delete_ms = 50;              // how long delete_server takes
    std::uint32_t address_base = 0xC6120000;  // servers get base + 1, 2, …; without --ssh-base from 198.18.0.0/15
};

struct server_record {
    json api;  // as GET /servers/{id} shows it
    std::string user_data;
    std::vector<std::string> authorized_keys;
    std::uint32_t address = 0;
    bool create_fails = false;
    bool start_fails = false;
    bool never_runs = false;
    bool booted = false;                // SSH should be open
    std::int64_t ssh_opened_at_ms = 0;  // when it was; 0 before and after
    std::string directory;              // of its machine, on this one; empty without SSH
};

// What is to be done about the real machine behind a server.
struct order {
    enum class kind { prepare, open, close, remove };
    kind what;
    std::int64_t server;
};

// Something that happens by itself at a moment.
struct due {
    enum class kind { create_ends, start_ends, boots, delete_ends, stop_ends, action_ends, late_create, attach_ends };
    kind what;
    std::int64_t server = 0;
    std::int64_t action = 0;
    json body;  // late_create: the request; attach_ends: the network's id
};

struct project {
    std::map<std::int64_t, server_record> servers;
    std::map<std::int64_t, json> ssh_keys;
    std::map<std::int64_t, json> networks;
    std::map<std::int64_t, json> firewalls;
    std::map<std::int64_t, json> actions;
    std::multimap<std::int64_t, due> agenda;  // by time
};

struct new_server {
    std::string name;
    const json* type = nullptr;
    const json* image = nullptr;
    const json* location = nullptr;
    std::vector<const json*> ssh_keys;
    std::vector<std::int64_t> firewalls;
    std::vector<std::int64_t> networks;
    std::string user_data;
    json labels = json::object();
    bool start = true;
    bool ipv4 = true;
    bool ipv6 = true;
    bool create_fails = false;
    bool start_fails = false;
    bool never_runs = false;
};

class world {
public:
    explicit world(world_settings settings) : settings_(settings) {}

    const catalog& offers() const { return catalog_; }
    const world_settings& settings() const { return settings_; }

    project& at(const std::string& project_key) { return projects_[project_key]; }
    std::map<std::string, project>& projects() { return projects_; }
    const std::map<std::string, project>& projects() const { return projects_; }
    // The server of that id in any project, or null.
    server_record* find_server(std::int64_t id);

    std::int64_t next_id() { return next_id_++; }

    // Everything that is due by `now` happens, in its order. Returns the late creations that are to be carried out now:
    // project key and request body.
    std::vector<std::pair<std::string, json>> advance(std::int64_t now);
    std::optional<std::int64_t> next_due() const;

    // The 201 of POST /servers.
    json create_server(project& p, const new_server& s, std::int64_t now);
    // Starts an action on a server; returns it as the API shows it. `takes` 0: it has ended already.
    json start_action(project& p, std::int64_t server, const std::string& command, std::int64_t now, std::int64_t takes,
                      due::kind what);
    // An action on a network or a firewall, which has ended.
    json done_action(project& p, const char* type, std::int64_t id, const std::string& command, std::int64_t now);
    // SSH closes at once; the action ends `takes` later.
    json stop_server(project& p, std::int64_t server, const std::string& command, std::int64_t now, std::int64_t takes,
                     due::kind what);
    // SSH closes at once and opens again when the server has booted.
    json boot_server(project& p, std::int64_t server, const std::string& command, std::int64_t now);
    // The server is gone at once, without an action.
    void vanish(project& p, std::int64_t server, std::int64_t now);

    std::vector<order> take_orders() { return std::exchange(orders_, {}); }
    // True once after each change that a saved state should have.
    bool take_changed() { return std::exchange(changed_, false); }
    void touch() { changed_ = true; }

    json save() const;
    void load(const json& saved, std::int64_t now);

private:
    void happen(project& p, const due& d, std::int64_t now);
    json new_action(project& p, const std::string& command, std::int64_t of, std::int64_t now,
                    const char* type = "server");
    static bool attach(project& p, std::int64_t server, server_record& s, std::int64_t network);
    static void end_action(project& p, std::int64_t action, bool well, std::int64_t now);
    void erase_server(project& p, std::int64_t server, std::int64_t now);
    json public_net(const new_server& s, server_record& record);

    world_settings settings_;
    catalog catalog_;
    std::map<std::string, project> projects_;
    std::vector<order> orders_;
    bool changed_ = false;
    std::int64_t next_id_ = 114'231'001;
    std::int64_t next_action_ = 606'028'482'673'001;  // as large as the real ones: more than 32 bits
    std::uint32_t addresses_ = 0;
};

// As Hetzner writes times: to the second.
std::string time_text(std::int64_t ms);

std::string address_text(std::uint32_t address);

}  // namespace slipway::sim
