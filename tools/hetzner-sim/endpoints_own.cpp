// The simulator's own routes under /_sim: its state, its log of requests, and its faults.
#include "engine/base/time.hpp"
#include "tools/hetzner-sim/resources.hpp"
#include "tools/hetzner-sim/endpoints.hpp"

namespace slipway::sim {

namespace {

constexpr std::size_t log_limit = 200'000;

}  // namespace

std::uint64_t service::begin(const request& r, double at_ms) {
    const auto key = r.path.rfind("/_sim/", 0) == 0 ? std::nullopt : project_key(r.token);
    log_.push_back({r.method, r.target, key ? project_index(*key) : -1, at_ms, std::nullopt, 0});
    if (log_.size() > log_limit) {
        log_.pop_front();
        ++log_start_;
    }
    return log_start_ + log_.size() - 1;
}

void service::end(std::uint64_t number, int status, double at_ms) {
    if (number < log_start_) return;
    logged& entry = log_[number - log_start_];
    entry.status = status;
    entry.took_ms = at_ms - entry.at_ms;
}

json service::requests() const {
    json list = json::array();
    for (const auto& entry : log_) {
        if (entry.target.rfind("/_sim/", 0) == 0) continue;
        json row = {{"method", entry.method}, {"path", entry.target},
                    {"status", nullptr},      {"at", to_rfc3339(timestamp{static_cast<std::int64_t>(entry.at_ms)})},
                    {"at_ms", entry.at_ms},   {"ms", nullptr},
                    {"token", nullptr}};
        if (entry.status != 0) row["status"] = entry.status;
        if (entry.took_ms) row["ms"] = *entry.took_ms;
        if (entry.project >= 0) row["token"] = entry.project;
        list.push_back(std::move(row));
    }
    return list;
}

json service::state(std::int64_t now) const {
    json projects = json::object();
    for (std::size_t i = 0; i < project_keys_.size(); ++i) {
        const project& p = world_.projects().at(project_keys_[i]);
        json servers = json::array();
        for (const auto& [id, s] : p.servers) {
            json row = {{"id", id},
                        {"name", s.api["name"]},
                        {"status", s.api["status"]},
                        {"ip", nullptr},
                        {"labels", s.api["labels"]},
                        {"server_type", s.api["server_type"]["name"]},
                        {"location", s.api["location"]["name"]},
                        {"image", s.api["image"]["name"]},
                        {"created", s.api["created"]},
                        {"user_data", s.user_data},
                        {"ssh_open", s.ssh_opened_at_ms != 0},
                        {"ssh_opened_at_ms", nullptr},
                        {"directory", nullptr}};
            if (!s.api["public_net"]["ipv4"].is_null()) row["ip"] = s.api["public_net"]["ipv4"]["ip"];
            if (s.ssh_opened_at_ms != 0) row["ssh_opened_at_ms"] = s.ssh_opened_at_ms;
            if (!s.directory.empty()) row["directory"] = s.directory;
            servers.push_back(std::move(row));
        }
        const auto values = [](const std::map<std::int64_t, json>& resources) {
            json list = json::array();
            for (const auto& [id, resource] : resources) list.push_back(resource);
            return list;
        };
        projects[std::to_string(i)] = {{"servers", std::move(servers)},
                                       {"ssh_keys", values(p.ssh_keys)},
                                       {"networks", values(p.networks)},
                                       {"firewalls", values(p.firewalls)},
                                       {"actions", values(p.actions)}};
    }
    return {{"now_ms", now}, {"projects", std::move(projects)}, {"faults", faults_.list()}};
}

reply service::own_faults(const request& r, std::int64_t now) {
    if (r.method == "DELETE") {
        faults_.clear();
        return no_content();
    }
    if (r.method == "POST") {
        json body;
        if (auto bad = read_body(r, body)) return *bad;
        if (!body.contains("name") || !body["name"].is_string())
            return failure(400, "invalid_input", "a fault needs a name: {\"name\": …, \"spec\": …}");
        json spec = body.value("spec", json("once"));
        const auto added =
            faults_.add(body["name"].get<std::string>(), spec.is_string() ? spec.get<std::string>() : spec.dump());
        if (!added) return failure(400, "invalid_input", added.error().message);
        let_vanish(world_, faults_, now);
        return answer(201, {{"faults", faults_.list()}});
    }
    return answer(200, {{"faults", faults_.list()}});
}

reply service::handle_own(const request& r, std::int64_t now) {
    if (r.path == "/_sim/faults") return own_faults(r, now);
    if (r.method == "GET" && r.path == "/_sim/state") return answer(200, state(now));
    if (r.method == "GET" && r.path == "/_sim/requests") return answer(200, requests());
    if (r.method == "DELETE" && r.path == "/_sim/requests") {
        log_start_ += log_.size();
        log_.clear();
        return no_content();
    }
    return unknown_path();
}

}  // namespace slipway::sim
