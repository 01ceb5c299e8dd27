// /servers: create, list, change, power and delete. What is refused, with which status and code, follows Hetzner's API
// description and answers of the real API that others have published.
#include "engine/base/host_name.hpp"
#include "engine/base/time.hpp"
#include "tools/hetzner-sim/labels.hpp"
#include "tools/hetzner-sim/listing.hpp"
#include "tools/hetzner-sim/resources.hpp"
#include "tools/hetzner-sim/subnets.hpp"

#include <algorithm>

namespace slipway::sim {

namespace {

constexpr std::size_t user_data_limit = 32 * 1024;

bool running_out(const json& deprecation, std::int64_t now) {
    if (deprecation.is_null()) return false;
    const auto end = parse_rfc3339(deprecation["unavailable_after"].get<std::string>());
    return end && end->ms < now;
}

// The server type, the location and the image, and whether they go together.
std::optional<reply> choose_offer(context& c, const json& body, new_server& s) {
    const catalog& offers = c.cloud.offers();
    s.type = offers.server_type(body["server_type"]);
    if (s.type == nullptr) return invalid_field("server_type", "server type not found");
    const std::string architecture = (*s.type)["architecture"];
    s.image = offers.image(body["image"], architecture);
    if (s.image == nullptr) return invalid_field("image", "image not found");
    if ((*s.image)["architecture"] != architecture)
        return failure(422, "invalid_input", "image and server type have different architectures", json::object());

    const json wanted = body.value("location", json(nullptr));
    const json* offer = nullptr;
    for (const auto& row : (*s.type)["locations"]) {
        if (offer == nullptr && wanted.is_null() && row["available"] == true) offer = &row;
        if (!wanted.is_null()) {
            s.location = offers.location(wanted);
            if (s.location == nullptr) return invalid_field("location", "location not found");
            if (row["name"] == (*s.location)["name"]) offer = &row;
        }
    }
    if (offer == nullptr && !wanted.is_null())
        return failure(422, "invalid_input", "unsupported location for server type", json::object());
    if (offer == nullptr) offer = &(*s.type)["locations"][0];
    s.location = offers.location((*offer)["name"]);
    if (running_out((*offer)["deprecation"], c.now))
        return failure(422, "invalid_input", "server type " + (*s.type)["id"].dump() + " is deprecated",
                       json::object());
    if ((*offer)["available"] != true)
        return failure(412, "resource_unavailable", "server location disabled", json::object());
    return std::nullopt;
}

std::optional<reply> choose_ssh_keys(context& c, const json& body, new_server& s) {
    for (const auto& reference : body.value("ssh_keys", json::array())) {
        const json* found = nullptr;
        for (const auto& [id, key] : c.mine.ssh_keys)
            if (key["id"] == reference || key["name"] == reference ||
                (reference.is_string() && reference.get_ref<const std::string&>() == std::to_string(id)))
                found = &key;
        if (found == nullptr) return invalid_field("ssh_keys", "SSH key not found");
        s.ssh_keys.push_back(found);
    }
    return std::nullopt;
}

// The optional members: labels, user data, networks, firewalls, public_net.
std::optional<reply> choose_rest(context& c, const json& body, new_server& s) {
    if (body.contains("labels") && !body["labels"].is_null()) {
        if (const auto problem = label_problem(body["labels"])) return invalid_field("labels", *problem);
        s.labels = body["labels"];
    }
    if (body.contains("user_data") && !body["user_data"].is_null()) {
        if (!body["user_data"].is_string()) return invalid_field("user_data", "Not a valid string.");
        s.user_data = body["user_data"].get<std::string>();
        if (s.user_data.size() > user_data_limit)
            return invalid_field("user_data", "Length must be between 0 and 32768.");
    }
    for (const auto& id : body.value("networks", json::array())) {
        if (!id.is_number_integer() || c.mine.networks.count(id.get<std::int64_t>()) == 0)
            return invalid_field("networks", "network not found");
        if (!free_address(c.mine.networks.at(id.get<std::int64_t>()), (*s.location)["network_zone"].get<std::string>(), {}))
            return failure(422, "invalid_input",
                           "network " + id.dump() + " has no free IP available or is in a different network zone",
                           json::object());
        s.networks.push_back(id.get<std::int64_t>());
    }
    for (const auto& row : body.value("firewalls", json::array())) {
        if (!row.is_object() || !row.contains("firewall") || !row["firewall"].is_number_integer() ||
            c.mine.firewalls.count(row["firewall"].get<std::int64_t>()) == 0)
            return invalid_field("firewalls", "firewall not found");
        s.firewalls.push_back(row["firewall"].get<std::int64_t>());
    }
    if (s.firewalls.size() > 5) return invalid_field("firewalls", "at most 5 firewalls");
    const json net = body.value("public_net", json::object());
    if (net.is_object()) {
        s.ipv4 = net.value("enable_ipv4", true);
        s.ipv6 = net.value("enable_ipv6", true);
    }
    s.start = body.value("start_after_create", true);
    if (!s.ipv4 && !s.ipv6 && s.networks.empty())
        return failure(422, "invalid_input", "server must have a public IP or a network", json::object());
    return std::nullopt;
}

std::optional<reply> refused_by_fault(context& c, const occasion& at) {
    if (c.faults.take("quota", at)) {
        json limit = {{"name", "server_limit"}};
        return failure(403, "resource_limit_exceeded", "server limit exceeded",
                       {{"limits", json::array({std::move(limit)})}});
    }
    if (c.faults.take("unavailable", at))
        return failure(412, "resource_unavailable",
                       "we are unable to provision servers for this location, try with a "
                       "different location or try later",
                       json::object());
    if (c.faults.take("placement_error", at)) return failure(422, "placement_error", "error during placement");
    return std::nullopt;
}

// Actions that run on a server, other than its creation and first start.
bool busy(const project& p, std::int64_t server) {
    return std::any_of(p.agenda.begin(), p.agenda.end(), [&](const auto& entry) {
        const due& d = entry.second;
        return d.server == server &&
               (d.what == due::kind::stop_ends || d.what == due::kind::delete_ends || d.what == due::kind::action_ends);
    });
}

reply locked() {
    return failure(423, "locked", "server is locked");
}

reply delete_server(context& c, std::int64_t id, server_record& s) {
    const occasion at{c.asked.method, "/servers/" + std::to_string(id), {s.api["name"].get<std::string>()}};
    if (c.faults.take("locked", at)) return locked();
    if (c.faults.take("protected", at) || s.api["protection"]["delete"] == true)
        return failure(423, "protected", "server deletion is protected");
    if (busy(c.mine, id)) return locked();
    s.api["status"] = "deleting";
    s.booted = false;
    json action =
        c.cloud.stop_server(c.mine, id, "delete_server", c.now, c.cloud.settings().delete_ms, due::kind::delete_ends);
    return answer(200, {{"action", std::move(action)}});
}

reply change_power(context& c, std::int64_t id, server_record& s, const std::string& what) {
    const occasion at{
        c.asked.method, "/servers/" + std::to_string(id) + "/actions/" + what, {s.api["name"].get<std::string>()}};
    if (c.faults.take("locked", at) || busy(c.mine, id) || s.api["status"] == "deleting" ||
        s.api["status"] == "initializing" || s.api["status"] == "starting")
        return locked();
    const auto& settings = c.cloud.settings();
    json action;
    if (what == "poweron") {
        action = c.cloud.boot_server(c.mine, id, "start_server", c.now);
    } else if (what == "poweroff" || what == "shutdown") {
        action = c.cloud.stop_server(c.mine, id, what == "poweroff" ? "stop_server" : "shutdown_server", c.now,
                                     settings.delete_ms, due::kind::stop_ends);
        s.api["status"] = "stopping";
    } else {
        action = c.cloud.boot_server(c.mine, id, what == "reset" ? "reset_server" : "reboot_server", c.now);
    }
    return answer(201, {{"action", std::move(action)}});
}

reply change_protection(context& c, std::int64_t id, server_record& s) {
    json body;
    if (auto bad = read_body(c.asked, body)) return *bad;
    for (const char* what : {"delete", "rebuild"})
        if (body.contains(what)) s.api["protection"][what] = body[what] == true;
    json action = c.cloud.start_action(c.mine, id, "change_protection", c.now, 0, due::kind::action_ends);
    return answer(201, {{"action", std::move(action)}});
}

reply list_actions(context& c, std::optional<std::int64_t> server) {
    row_list rows;
    for (const auto& [id, action] : c.mine.actions)
        if (!server || action["resources"][0]["id"] == *server) rows.push_back(&action);
    if (auto bad = filter_rows(rows, c.asked, {"id", "status"})) return *bad;
    return page_of("actions", std::move(rows), c.asked, {"id", "command", "status", "started", "finished"});
}

std::optional<reply> serve_collection(context& c) {
    if (c.asked.method == "POST") {
        json body;
        if (auto bad = read_body(c.asked, body)) return bad;
        return create_server(c, body);
    }
    if (c.asked.method != "GET") return std::nullopt;
    row_list rows;
    for (const auto& [id, s] : c.mine.servers) rows.push_back(&s.api);
    if (auto bad = filter_rows(rows, c.asked, {"name", "label_selector", "status"})) return bad;
    return page_of("servers", std::move(rows), c.asked, {"id", "name", "created"});
}

std::optional<reply> serve_one(context& c, std::int64_t id, server_record& s) {
    if (c.asked.method == "DELETE") return delete_server(c, id, s);
    if (c.asked.method == "PUT") {
        json body;
        if (auto bad = read_body(c.asked, body)) return bad;
        if (body.contains("name") && (!body["name"].is_string() || !is_host_name(body["name"].get<std::string>())))
            return invalid_field("name", "Name must be a valid hostname.");
        std::map<std::int64_t, json> others;
        for (const auto& [other, record] : c.mine.servers) others[other] = record.api;
        if (auto bad = rename(others, s.api, body)) return bad;
        c.cloud.touch();
    } else if (c.asked.method != "GET") {
        return std::nullopt;
    }
    return answer(200, {{"server", s.api}});
}

}  // namespace

reply create_server(context& c, const json& body) {
    for (const char* field : {"name", "server_type", "image"})
        if (!body.contains(field) || body[field].is_null())
            return invalid_field(field, "Missing data for required field.");
    if (!body["name"].is_string() || !is_host_name(body["name"].get<std::string>()))
        return invalid_field("name", "Name must be a valid hostname.");
    new_server s;
    s.name = body["name"].get<std::string>();
    try {
        if (auto bad = choose_offer(c, body, s)) return *bad;
        if (auto bad = choose_ssh_keys(c, body, s)) return *bad;
        if (auto bad = choose_rest(c, body, s)) return *bad;
    } catch (const json::exception&) {  // a member of the wrong type
        return failure(422, "invalid_input", "invalid input: a field has the wrong type", json::object());
    }
    const occasion at{"POST", "/servers", {s.name, (*s.type)["name"], (*s.location)["name"]}};
    if (auto refused = refused_by_fault(c, at)) return *refused;
    for (const auto& [id, other] : c.mine.servers)
        if (other.api["name"] == s.name) return name_taken("server name is already used", "name");
    if (c.faults.take("no_public_ip", at)) s.ipv4 = false;
    s.create_fails = c.faults.take("create_action_fails", at).has_value();
    s.start_fails = c.faults.take("start_action_fails", at).has_value();
    s.never_runs = c.faults.take("never_running", at).has_value();
    return answer(201, c.cloud.create_server(c.mine, s, c.now));
}

void let_vanish(world& cloud, fault_set& faults, std::int64_t now) {
    if (!faults.has("vanish")) return;
    for (auto& [key, p] : cloud.projects()) {
        std::vector<std::int64_t> gone;
        for (const auto& [id, s] : p.servers) {
            const occasion at{"", "", {s.api["name"].get<std::string>(), std::to_string(id)}};
            if (faults.take("vanish", at)) gone.push_back(id);
        }
        for (const auto id : gone) cloud.vanish(p, id, now);
    }
}

std::optional<reply> serve_servers(context& c, const std::string& rest) {
    if (rest.empty()) return serve_collection(c);
    const auto second = rest.find('/', 1);
    const std::string first = rest.substr(0, second);
    const std::string tail = second == std::string::npos ? "" : rest.substr(second);
    if (first == "/actions" && c.asked.method == "GET") {
        if (tail.empty()) return list_actions(c, std::nullopt);
        return serve_actions(c, tail);
    }
    const auto id = id_of(first);
    if (!id) return std::nullopt;
    const auto found = c.mine.servers.find(*id);
    if (found == c.mine.servers.end()) return not_found("server", *id);
    if (tail.empty()) return serve_one(c, *id, found->second);
    if (tail == "/actions" && c.asked.method == "GET") return list_actions(c, *id);
    if (tail.rfind("/actions/", 0) != 0) return std::nullopt;
    const std::string what = tail.substr(9);
    if (c.asked.method == "GET") return serve_actions(c, "/" + what);
    if (c.asked.method != "POST") return std::nullopt;
    if (what == "change_protection") return change_protection(c, *id, found->second);
    for (const char* power : {"poweron", "poweroff", "reboot", "shutdown", "reset"})
        if (what == power) return change_power(c, *id, found->second, what);
    return std::nullopt;
}

}  // namespace slipway::sim
