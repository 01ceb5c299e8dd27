#include "tools/hetzner-sim/endpoints.hpp"

#include "engine/base/digest.hpp"
#include "tools/hetzner-sim/resources.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace slipway::sim {

namespace {

constexpr const char* collections[] = {
    "servers",
    "ssh_keys",
    "networks",
    "firewalls",
    "actions",
    "locations",
    "server_types",
    "images",
    "pricing",
    "datacenters",
    "primary_ips",
    "floating_ips",
    "volumes",
    "isos",
    "certificates",
    "zones",
    "load_balancers",
    "placement_groups",
    "load_balancer_types",
};

// "/v1/servers/42" → "/servers/42"; nothing for another root.
std::optional<std::string> below_v1(const std::string& path) {
    if (path.rfind("/v1/", 0) != 0) return std::nullopt;
    return path.substr(3);
}

bool known_path(const std::string& path) {
    return std::any_of(std::begin(collections), std::end(collections), [&](const char* name) {
        const std::string root = std::string("/") + name;
        return path == root || path.rfind(root + "/", 0) == 0;
    });
}

reply rate_limited(const request& r, int limit) {
    // The real text shows half of the token, too: clients have to take it out before they store or show the message.
    return failure(429, "rate_limit_exceeded",
                   "Limit of '" + std::to_string(limit) + "' requests per hour for token '" + r.token.substr(0, 32) +
                       "...' reached.");
}

reply proxy_page(int status, const std::string& title) {
    reply r;
    r.status = status;
    r.content_type = "text/html";
    r.body = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body><center><h1>" + title +
             "</h1></center></body>\r\n</html>\r\n";
    return r;
}

reply never(delivery how) {
    reply r;
    r.status = 0;
    r.how = how;
    return r;
}

std::string first_segment(const std::string& path) {
    const auto end = path.find('/', 1);
    return path.substr(1, end == std::string::npos ? end : end - 1);
}

}  // namespace

service::service(const service_settings& settings)
    : settings_(settings), world_(settings.cloud), faults_(settings.seed) {
    for (const auto& token : settings_.tokens) project_index(hex(sha256(token)));
}

int service::project_index(const std::string& key) {
    const auto found = std::find(project_keys_.begin(), project_keys_.end(), key);
    if (found != project_keys_.end()) return static_cast<int>(found - project_keys_.begin());
    project_keys_.push_back(key);
    world_.at(key);
    return static_cast<int>(project_keys_.size()) - 1;
}

std::optional<std::string> service::project_key(const std::string& token) {
    if (token.empty()) return std::nullopt;
    std::string key = hex(sha256(token));
    if (!settings_.tokens.empty() &&
        std::find(settings_.tokens.begin(), settings_.tokens.end(), token) == settings_.tokens.end())
        return std::nullopt;
    project_index(key);
    return key;
}

rate_limit& service::bucket(const std::string& key) {
    return buckets_.try_emplace(key, settings_.requests_per_hour).first->second;
}

std::int64_t service::delay_for(const request& r) {
    const auto path = below_v1(r.path);
    if (!path) return 0;
    const auto delay = faults_.take("delay", {r.method, *path, {}});
    return delay ? delay->ms : 0;
}

std::int64_t service::behind(const request& r) {
    const auto path = below_v1(r.path);
    if (!path) return 0;
    const auto clock = faults_.take("clock_behind", {r.method, *path, {}});
    return clock ? clock->ms : 0;
}

reply service::handle(const request& r, std::int64_t now) {
    advance(now);
    if (r.path.rfind("/_sim/", 0) == 0) return handle_own(r, now);
    reply out = handle_api(r, now);
    char id[32];
    std::snprintf(id, sizeof id, "sim-%08llx", static_cast<unsigned long long>(++correlation_));
    out.headers.emplace_back("X-Correlation-Id", id);
    return out;
}

std::optional<reply> service::fault_before(const request& r, const occasion& at) {
    if (faults_.take("lose_request", at)) return never(delivery::drop_connection);
    if (faults_.take("hang", at)) return never(delivery::keep_silent);
    if (faults_.take("status_500", at)) return failure(500, "server_error", "Error within the API backend");
    if (faults_.take("status_502", at)) return proxy_page(502, "502 Bad Gateway");
    if (faults_.take("status_503", at)) return failure(503, "unavailable", "service is unavailable");
    if (faults_.take("status_504", at)) return failure(504, "timeout", "request timed out, please retry");
    if (faults_.take("status_402", at)) return failure(402, "payment_required", "the account's balance is not sufficient");
    if (faults_.take("rate_limited", at)) return rate_limited(r, settings_.requests_per_hour);
    if (faults_.take("unauthorized", at)) return failure(401, "unauthorized", "the token you have provided is invalid");
    if (faults_.take("forbidden", at)) return failure(403, "forbidden", "insufficient permissions");
    if (faults_.take("maintenance", at)) return failure(403, "maintenance", "blocked by maintenance");
    if (faults_.take("conflict", at))
        return failure(409, "conflict", "the resource has changed during the request, please retry");
    return std::nullopt;
}

// The token, the server's name, and for a new one its type and location: what a fault's word is held against.
std::vector<std::string> service::words_of(const request& r, const std::string& path, const std::string& key) {
    std::vector<std::string> words(1, r.token);
    if (path == "/servers" && r.method == "POST") {
        json body;
        if (read_body(r, body)) return words;
        for (const char* member : {"name", "server_type", "location"})
            if (body.contains(member) && body[member].is_string()) words.push_back(body[member].get<std::string>());
    } else if (path.rfind("/servers/", 0) == 0) {
        const project& p = world_.at(key);
        const auto id =
            id_of(path.substr(8, path.find('/', 9) == std::string::npos ? path.npos : path.find('/', 9) - 8));
        const auto found = id ? p.servers.find(*id) : p.servers.end();
        if (found != p.servers.end()) words.push_back(found->second.api["name"].get<std::string>());
    }
    return words;
}

reply service::handle_api(const request& r, std::int64_t now) {
    const auto path = below_v1(r.path);
    if (!path || !known_path(*path)) return unknown_path();
    const auto key = project_key(r.token);
    rate_limit& budget = bucket(key ? *key : "");
    const occasion at{r.method, *path, key ? words_of(r, *path, *key) : std::vector<std::string>()};
    reply out;
    if (!budget.take(now)) {
        out = rate_limited(r, budget.limit());
    } else if (r.token.empty()) {
        out = failure(401, "unauthorized", "token is required");
    } else if (!key) {
        out = failure(401, "unauthorized", "the token you have provided is invalid");
    } else if (auto struck = fault_before(r, at)) {
        out = std::move(*struck);
    } else if (const auto late = r.method == "POST" && *path == "/servers" ? faults_.take("late_create", at)
                                                                           : std::optional<fault>()) {
        json body;
        if (!read_body(r, body))
            world_.at(*key).agenda.emplace(now + late->ms, due{due::kind::late_create, 0, 0, body});
        out = never(delivery::drop_connection);
    } else {
        out = route(r, *path, world_.at(*key), now);
        if (faults_.take("lose_reply", at)) out = never(delivery::drop_connection);
        if (faults_.take("hang_after", at)) out = never(delivery::keep_silent);
        if (faults_.take("done_504", at)) out = failure(504, "timeout", "request timed out, please retry");
        if (faults_.take("bad_json", at)) out.body.resize(out.body.size() / 2);
        let_vanish(world_, faults_, now);
    }
    budget.describe(out, now);
    return out;
}

reply service::route(const request& r, const std::string& path, project& mine, std::int64_t now) {
    context c{world_, mine, faults_, r, now};
    const std::string root = first_segment(path);
    const std::string rest = path.substr(root.size() + 1);
    std::optional<reply> out;
    if (root == "servers") {
        out = serve_servers(c, rest);
    } else if (root == "ssh_keys") {
        out = serve_ssh_keys(c, rest);
    } else if (root == "networks") {
        out = serve_networks(c, rest);
    } else if (root == "firewalls") {
        out = serve_firewalls(c, rest);
    } else if (root == "actions") {
        out = serve_actions(c, rest);
    } else {
        out = serve_catalog(c, path);
    }
    if (out) return std::move(*out);
    return failure(405, "method_not_allowed", "hetzner-sim has no " + r.method + " " + path);
}

void service::advance(std::int64_t now) {
    for (auto& [key, body] : world_.advance(now)) {
        request late;
        late.method = "POST";
        context c{world_, world_.at(key), faults_, late, now};
        create_server(c, body);
    }
}

json service::save() const {
    json saved = world_.save();
    saved["project_keys"] = project_keys_;
    return saved;
}

void service::load(const json& saved, std::int64_t now) {
    world_.load(saved, now);
    for (const auto& key : saved.at("project_keys")) project_index(key.get<std::string>());
}

}  // namespace slipway::sim
