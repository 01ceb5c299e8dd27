// The world as one JSON document and back, for --state.
#include "tools/hetzner-sim/project.hpp"

namespace slipway::sim {

json world::save() const {
    json projects = json::object();
    const auto rows = [](const std::map<std::int64_t, json>& resources) {
        json list = json::array();
        for (const auto& [id, resource] : resources) list.push_back(resource);
        return list;
    };
    for (const auto& [key, p] : projects_) {
        json servers = json::array();
        for (const auto& [id, s] : p.servers)
            servers.push_back({{"api", s.api},
                               {"user_data", s.user_data},
                               {"authorized_keys", s.authorized_keys},
                               {"address", s.address},
                               {"create_fails", s.create_fails},
                               {"start_fails", s.start_fails},
                               {"never_runs", s.never_runs},
                               {"booted", s.booted}});
        json agenda = json::array();
        for (const auto& [at, d] : p.agenda)
            agenda.push_back({{"at", at},
                              {"what", static_cast<int>(d.what)},
                              {"server", d.server},
                              {"action", d.action},
                              {"body", d.body}});
        projects[key] = {{"servers", std::move(servers)}, {"ssh_keys", rows(p.ssh_keys)},
                         {"networks", rows(p.networks)},  {"firewalls", rows(p.firewalls)},
                         {"actions", rows(p.actions)},    {"agenda", std::move(agenda)}};
    }
    return {{"version", 1},
            {"next_id", next_id_},
            {"next_action", next_action_},
            {"addresses", addresses_},
            {"projects", std::move(projects)}};
}

void world::load(const json& saved, std::int64_t now) {
    next_id_ = saved.at("next_id").get<std::int64_t>();
    next_action_ = saved.at("next_action").get<std::int64_t>();
    addresses_ = saved.at("addresses").get<std::uint32_t>();
    for (const auto& entry : saved.at("projects").items()) {
        const json& from = entry.value();
        project& p = projects_[entry.key()];
        const auto fill = [&](const char* name, std::map<std::int64_t, json>& into) {
            for (const auto& resource : from.at(name)) into[resource.at("id").get<std::int64_t>()] = resource;
        };
        fill("ssh_keys", p.ssh_keys);
        fill("networks", p.networks);
        fill("firewalls", p.firewalls);
        fill("actions", p.actions);
        for (const auto& row : from.at("servers")) {
            server_record s;
            s.api = row.at("api");
            s.user_data = row.at("user_data").get<std::string>();
            s.authorized_keys = row.at("authorized_keys").get<std::vector<std::string>>();
            s.address = row.at("address").get<std::uint32_t>();
            s.create_fails = row.at("create_fails").get<bool>();
            s.start_fails = row.at("start_fails").get<bool>();
            s.never_runs = row.at("never_runs").get<bool>();
            s.booted = row.at("booted").get<bool>();
            const auto id = s.api.at("id").get<std::int64_t>();
            orders_.push_back({order::kind::prepare, id});
            if (s.booted) orders_.push_back({order::kind::open, id});
            p.servers[id] = std::move(s);
        }
        for (const auto& row : from.at("agenda"))
            p.agenda.emplace(
                row.at("at").get<std::int64_t>(),
                due{static_cast<due::kind>(row.at("what").get<int>()), row.at("server").get<std::int64_t>(),
                    row.at("action").get<std::int64_t>(), row.at("body")});
    }
    for (auto& [key, body] : advance(now)) projects_[key].agenda.emplace(now, due{due::kind::late_create, 0, 0, body});
}

}  // namespace slipway::sim
