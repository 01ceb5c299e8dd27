#include "tools/hetzner-sim/project.hpp"

#include "engine/base/time.hpp"
#include "tools/hetzner-sim/subnets.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

namespace slipway::sim {

std::string time_text(std::int64_t ms) {
    return to_rfc3339(timestamp{ms - ms % 1000}).substr(0, 19) + "Z";
}

std::string address_text(std::uint32_t a) {
    char text[16];
    std::snprintf(text, sizeof text, "%u.%u.%u.%u", a >> 24, (a >> 16) & 255, (a >> 8) & 255, a & 255);
    return text;
}

server_record* world::find_server(std::int64_t id) {
    for (auto& [key, p] : projects_)
        if (const auto found = p.servers.find(id); found != p.servers.end()) return &found->second;
    return nullptr;
}

json world::new_action(project& p, const std::string& command, std::int64_t of, std::int64_t now, const char* type) {
    const std::int64_t id = next_action_++;
    json resource = {{"id", of}, {"type", type}};
    json action = {{"id", id},
                   {"command", command},
                   {"status", "running"},
                   {"progress", 0},
                   {"started", time_text(now)},
                   {"finished", nullptr},
                   {"resources", json::array({std::move(resource)})},
                   {"error", nullptr}};
    p.actions[id] = action;
    changed_ = true;
    return action;
}

void world::end_action(project& p, std::int64_t action, bool well, std::int64_t now) {
    const auto found = p.actions.find(action);
    if (found == p.actions.end() || found->second["status"] != "running") return;
    json& a = found->second;
    a["status"] = well ? "success" : "error";
    a["progress"] = 100;
    a["finished"] = time_text(now);
    if (!well) a["error"] = {{"code", "action_failed"}, {"message", "Action failed"}};
}

json world::start_action(project& p, std::int64_t server, const std::string& command, std::int64_t now,
                         std::int64_t takes, due::kind what) {
    json action = new_action(p, command, server, now);
    const due d{what, server, action["id"].get<std::int64_t>(), {}};
    if (takes == 0) {
        happen(p, d, now);
        return p.actions.at(d.action);
    }
    p.agenda.emplace(now + takes, d);
    return action;
}

json world::done_action(project& p, const char* type, std::int64_t id, const std::string& command, std::int64_t now) {
    const json action = new_action(p, command, id, now, type);
    const std::int64_t number = action["id"].get<std::int64_t>();
    end_action(p, number, true, now);
    return p.actions.at(number);
}

// The network may have gone since the server was asked for, and its addresses may be used up.
bool world::attach(project& p, std::int64_t server, server_record& s, std::int64_t network) {
    const auto found = p.networks.find(network);
    if (found == p.networks.end()) return false;
    std::set<std::string> taken;
    for (const auto& [id, other] : p.servers)
        for (const json& net : other.api["private_net"])
            if (net["network"] == network) taken.insert(net["ip"].get<std::string>());
    const auto address = free_address(found->second, s.api["location"]["network_zone"].get<std::string>(), taken);
    if (!address) return false;
    char mac[24];
    std::snprintf(mac, sizeof mac, "86:00:ff:%02x:%02x:%02x", static_cast<unsigned>(server >> 16 & 255),
                  static_cast<unsigned>(server >> 8 & 255), static_cast<unsigned>(server & 255));
    s.api["private_net"].push_back(
        {{"network", network}, {"ip", *address}, {"alias_ips", json::array()}, {"mac_address", mac}});
    found->second["servers"].push_back(server);
    return true;
}

json world::stop_server(project& p, std::int64_t server, const std::string& command, std::int64_t now,
                        std::int64_t takes, due::kind what) {
    server_record& s = p.servers.at(server);
    s.booted = false;
    for (auto entry = p.agenda.begin(); entry != p.agenda.end();) {
        const bool boots = entry->second.server == server && entry->second.what == due::kind::boots;
        entry = boots ? p.agenda.erase(entry) : std::next(entry);
    }
    orders_.push_back({order::kind::close, server});
    return start_action(p, server, command, now, std::max<std::int64_t>(1, takes), what);
}

json world::boot_server(project& p, std::int64_t server, const std::string& command, std::int64_t now) {
    server_record& s = p.servers.at(server);
    if (s.booted) orders_.push_back({order::kind::close, server});
    s.booted = false;
    s.start_fails = false;
    if (command == "start_server") s.api["status"] = "starting";
    p.agenda.emplace(now + std::max<std::int64_t>(1, settings_.boot_ms), due{due::kind::boots, server, 0, {}});
    return start_action(p, server, command, now, std::max<std::int64_t>(1, settings_.boot_ms / 2),
                        due::kind::action_ends);
}

json world::public_net(const new_server& s, server_record& record) {
    json net = {{"ipv4", nullptr}, {"ipv6", nullptr}, {"floating_ips", json::array()}, {"firewalls", json::array()}};
    if (s.ipv4) {
        std::uint32_t address = settings_.address_base + ++addresses_;
        if ((address & 255) == 255) address = settings_.address_base + (addresses_ += 2);  // no .255, no .0
        record.address = address;
        char name[80];
        std::snprintf(name, sizeof name, "static.%u.%u.%u.%u.clients.your-server.de", address & 255,
                      (address >> 8) & 255, (address >> 16) & 255, address >> 24);
        net["ipv4"] = {{"id", next_id()}, {"ip", address_text(address)}, {"blocked", false}, {"dns_ptr", name}};
    }
    if (s.ipv6) {
        char prefix[64];
        const std::int64_t n = next_id();
        std::snprintf(prefix, sizeof prefix, "2001:db8:%x:%x::/64", static_cast<unsigned>((n >> 16) & 0xffff),
                      static_cast<unsigned>(n & 0xffff));
        net["ipv6"] = {{"id", n}, {"ip", prefix}, {"blocked", false}, {"dns_ptr", json::array()}};
    }
    for (const auto id : s.firewalls) net["firewalls"].push_back({{"id", id}, {"status", "applied"}});
    return net;
}

json world::create_server(project& p, const new_server& s, std::int64_t now) {
    const std::int64_t id = next_id();
    server_record record;
    record.user_data = s.user_data;
    record.create_fails = s.create_fails;
    record.start_fails = s.start_fails;
    record.never_runs = s.never_runs;
    for (const json* key : s.ssh_keys) record.authorized_keys.push_back(key->at("public_key").get<std::string>());
    json net = public_net(s, record);
    record.api = {{"id", id},
                  {"name", s.name},
                  {"status", "initializing"},
                  {"created", time_text(now)},
                  {"public_net", std::move(net)},
                  {"private_net", json::array()},
                  {"server_type", *s.type},
                  {"location", *s.location},
                  {"image", *s.image},
                  {"iso", nullptr},
                  {"rescue_enabled", false},
                  {"locked", false},
                  {"backup_window", nullptr},
                  {"outgoing_traffic", nullptr},
                  {"ingoing_traffic", nullptr},
                  {"included_traffic", 21'990'232'555'520},
                  {"protection", {{"delete", false}, {"rebuild", false}}},
                  {"labels", s.labels},
                  {"volumes", json::array()},
                  {"load_balancers", json::array()},
                  {"primary_disk_size", s.type->at("disk")},
                  {"placement_group", nullptr}};
    const json shown = record.api;
    p.servers[id] = std::move(record);
    orders_.push_back({order::kind::prepare, id});

    json action = start_action(p, id, "create_server", now, std::max<std::int64_t>(1, settings_.create_ms),
                               due::kind::create_ends);
    json next = json::array();
    for (const std::int64_t network : s.networks) {  // the address is there when that has ended
        json attach = new_action(p, "attach_to_network", id, now);
        p.agenda.emplace(now + std::max<std::int64_t>(1, settings_.create_ms),
                         due{due::kind::attach_ends, id, attach["id"].get<std::int64_t>(), json(network)});
        next.push_back(std::move(attach));
    }
    if (s.start) {
        json start = new_action(p, "start_server", id, now);
        const std::int64_t boot = std::max(settings_.create_ms, settings_.boot_ms);
        const std::int64_t action_id = start["id"].get<std::int64_t>();
        const std::int64_t started = settings_.create_ms + (boot - settings_.create_ms) / 2;
        p.agenda.emplace(now + std::max<std::int64_t>(1, started), due{due::kind::start_ends, id, action_id, {}});
        p.agenda.emplace(now + std::max<std::int64_t>(1, boot), due{due::kind::boots, id, 0, {}});
        next.push_back(std::move(start));
    }
    changed_ = true;
    json root_password = nullptr;
    if (s.ssh_keys.empty()) root_password = "sim-" + std::to_string(id);
    return {{"server", shown},
            {"action", std::move(action)},
            {"next_actions", std::move(next)},
            {"root_password", std::move(root_password)}};
}

void world::erase_server(project& p, std::int64_t server, std::int64_t now) {
    p.servers.erase(server);
    for (auto& [id, network] : p.networks) {
        json& list = network["servers"];
        list.erase(std::remove(list.begin(), list.end(), json(server)), list.end());
    }
    for (auto entry = p.agenda.begin(); entry != p.agenda.end();)
        if (entry->second.server == server) {  // what else ran on it cannot end well any more
            end_action(p, entry->second.action, false, now);
            entry = p.agenda.erase(entry);
        } else {
            ++entry;
        }
    orders_.push_back({order::kind::remove, server});
    changed_ = true;
}

void world::vanish(project& p, std::int64_t server, std::int64_t now) {
    erase_server(p, server, now);
}

void world::happen(project& p, const due& d, std::int64_t now) {
    changed_ = true;
    const auto found = p.servers.find(d.server);
    if (found == p.servers.end()) return end_action(p, d.action, true, now);
    server_record& s = found->second;
    json& status = s.api["status"];
    switch (d.what) {
        case due::kind::create_ends:
            end_action(p, d.action, !s.create_fails, now);
            if (status != "initializing") break;  // being deleted already
            status = "off";
            for (const auto& [at, other] : p.agenda)
                if (other.server == d.server && other.what == due::kind::start_ends && !s.create_fails)
                    status = "starting";
            break;
        case due::kind::start_ends:
            end_action(p, d.action, !s.start_fails && !s.create_fails, now);
            if (s.start_fails && status == "starting") status = "off";
            break;
        case due::kind::boots:
            if (s.create_fails || s.start_fails || s.never_runs || status == "deleting") break;
            status = "running";
            s.booted = true;
            orders_.push_back({order::kind::open, d.server});
            break;
        case due::kind::stop_ends:
            end_action(p, d.action, true, now);
            status = "off";
            break;
        case due::kind::action_ends:
            end_action(p, d.action, true, now);
            break;
        case due::kind::delete_ends:
            end_action(p, d.action, true, now);
            erase_server(p, d.server, now);
            break;
        case due::kind::attach_ends:
            end_action(p, d.action, !s.create_fails && attach(p, d.server, s, d.body.get<std::int64_t>()), now);
            break;
        case due::kind::late_create:
            break;
    }
}

std::vector<std::pair<std::string, json>> world::advance(std::int64_t now) {
    std::vector<std::pair<std::string, json>> late;
    for (auto& [key, p] : projects_) {
        while (!p.agenda.empty() && p.agenda.begin()->first <= now) {
            const auto [at, d] = *p.agenda.begin();
            p.agenda.erase(p.agenda.begin());
            if (d.what == due::kind::late_create)
                late.emplace_back(key, d.body);
            else
                happen(p, d, at);
        }
    }
    return late;
}

std::optional<std::int64_t> world::next_due() const {
    std::optional<std::int64_t> next;
    for (const auto& [key, p] : projects_)
        if (!p.agenda.empty() && (!next || p.agenda.begin()->first < *next)) next = p.agenda.begin()->first;
    return next;
}

}  // namespace slipway::sim
