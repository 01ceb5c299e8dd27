// /networks and /firewalls: enough to create, list, use for a server and delete them.
#include "engine/base/time.hpp"
#include "tools/hetzner-sim/labels.hpp"
#include "tools/hetzner-sim/listing.hpp"
#include "tools/hetzner-sim/resources.hpp"
#include "tools/hetzner-sim/subnets.hpp"

#include <algorithm>

namespace slipway::sim {

namespace {

// What networks and firewalls have in common when they are created: a free name and good labels.
std::optional<reply> check_name_and_labels(const std::map<std::int64_t, json>& others, const json& body) {
    if (!body.contains("name") || !body["name"].is_string() || body["name"].get_ref<const std::string&>().empty())
        return invalid_field("name", "Missing data for required field.");
    if (body.contains("labels"))
        if (const auto problem = label_problem(body["labels"])) return invalid_field("labels", *problem);
    for (const auto& [id, other] : others)
        if (other["name"] == body["name"]) return name_taken("name is already used", "name");
    return std::nullopt;
}

std::optional<reply> change_subnets(context& c, json& network, const std::string& what) {
    json body;
    if (auto bad = read_body(c.asked, body)) return bad;
    if (what == "add_subnet") {
        if (auto bad = add_subnet(network, body)) return bad;
    } else {
        json kept = json::array();
        for (const json& subnet : network["subnets"])
            if (subnet["ip_range"] != body.value("ip_range", json(nullptr))) kept.push_back(subnet);
        if (kept.size() == network["subnets"].size()) return invalid_field("ip_range", "subnet not found");
        network["subnets"] = std::move(kept);
    }
    c.cloud.touch();
    json action = c.cloud.done_action(c.mine, "network", network["id"].get<std::int64_t>(), what, c.now);
    return answer(201, {{"action", std::move(action)}});
}

json labels_of(const json& body) {
    return body.contains("labels") ? body["labels"] : json::object();
}

reply create_network(context& c) {
    json body;
    if (auto bad = read_body(c.asked, body)) return *bad;
    if (auto bad = check_name_and_labels(c.mine.networks, body)) return *bad;
    if (!body.contains("ip_range") || !body["ip_range"].is_string())
        return invalid_field("ip_range", "Missing data for required field.");
    if (!read_range(body["ip_range"])) return invalid_field("ip_range", "Not a valid IPv4 range.");
    const std::int64_t id = c.cloud.next_id();
    json network = {{"id", id},
                    {"name", body["name"]},
                    {"ip_range", body["ip_range"]},
                    {"subnets", json::array()},
                    {"routes", body.value("routes", json::array())},
                    {"servers", json::array()},
                    {"load_balancers", json::array()},
                    {"protection", {{"delete", false}}},
                    {"labels", labels_of(body)},
                    {"created", time_text(c.now)},
                    {"expose_routes_to_vswitch", false}};
    for (const auto& subnet : body.value("subnets", json::array()))
        if (auto bad = add_subnet(network, subnet)) return *bad;
    c.mine.networks[id] = network;
    c.cloud.touch();
    return answer(201, {{"network", std::move(network)}});
}

reply create_firewall(context& c) {
    json body;
    if (auto bad = read_body(c.asked, body)) return *bad;
    if (auto bad = check_name_and_labels(c.mine.firewalls, body)) return *bad;
    json rules = json::array();
    for (const auto& rule : body.value("rules", json::array())) {
        if (!rule.is_object() || !rule.contains("direction") || !rule.contains("protocol"))
            return invalid_field("rules", "Missing data for required field.");
        rules.push_back({{"description", rule.value("description", json(nullptr))},
                         {"direction", rule["direction"]},
                         {"source_ips", rule.value("source_ips", json::array())},
                         {"destination_ips", rule.value("destination_ips", json::array())},
                         {"protocol", rule["protocol"]},
                         {"port", rule.value("port", json(nullptr))}});
    }
    const std::int64_t id = c.cloud.next_id();
    json firewall = {{"id", id},
                     {"name", body["name"]},
                     {"labels", labels_of(body)},
                     {"created", time_text(c.now)},
                     {"rules", std::move(rules)},
                     {"applied_to", json::array()}};
    c.mine.firewalls[id] = firewall;
    c.cloud.touch();
    return answer(201, {{"firewall", std::move(firewall)}, {"actions", json::array()}});
}

// A firewall is in use as long as a server names it.
json with_users(const project& p, json firewall) {
    for (const auto& [id, server] : p.servers)
        for (const auto& used : server.api["public_net"]["firewalls"])
            if (used["id"] == firewall["id"])
                firewall["applied_to"].push_back({{"type", "server"}, {"server", {{"id", id}}}});
    return firewall;
}

}  // namespace

std::optional<reply> serve_networks(context& c, const std::string& rest) {
    const auto& method = c.asked.method;
    if (rest.empty()) {
        if (method == "POST") return create_network(c);
        if (method != "GET") return std::nullopt;
        auto rows = rows_of(c.mine.networks);
        if (auto bad = filter_rows(rows, c.asked, {"name", "label_selector"})) return bad;
        return page_of("networks", std::move(rows), c.asked, {"id", "name", "created"});
    }
    const std::string tail = rest.substr(std::min(rest.find('/', 1), rest.size()));
    const auto id = id_of(rest.substr(0, rest.size() - tail.size()));
    const bool changes_subnets = method == "POST" && (tail == "/actions/add_subnet" || tail == "/actions/delete_subnet");
    if (!id || !(changes_subnets || (tail.empty() && (method == "GET" || method == "PUT" || method == "DELETE"))))
        return std::nullopt;
    const auto found = c.mine.networks.find(*id);
    if (found == c.mine.networks.end()) return not_found("network", *id);
    if (changes_subnets) return change_subnets(c, found->second, tail.substr(9));
    if (method == "DELETE") {  // members are detached
        c.mine.networks.erase(found);
        for (auto& [server_id, server] : c.mine.servers) {
            json kept = json::array();
            for (auto& net : server.api["private_net"])
                if (net["network"] != *id) kept.push_back(net);
            server.api["private_net"] = std::move(kept);
        }
        c.cloud.touch();
        return no_content();
    }
    if (method == "PUT") {
        json body;
        if (auto bad = read_body(c.asked, body)) return bad;
        if (auto bad = rename(c.mine.networks, found->second, body)) return bad;
        c.cloud.touch();
    }
    return answer(200, {{"network", found->second}});
}

std::optional<reply> serve_firewalls(context& c, const std::string& rest) {
    const auto& method = c.asked.method;
    if (rest.empty()) {
        if (method == "POST") return create_firewall(c);
        if (method != "GET") return std::nullopt;
        std::vector<json> shown;
        for (const auto& [id, firewall] : c.mine.firewalls) shown.push_back(with_users(c.mine, firewall));
        row_list rows = rows_of(shown);
        if (auto bad = filter_rows(rows, c.asked, {"name", "label_selector"})) return bad;
        return page_of("firewalls", std::move(rows), c.asked, {"id", "name", "created"});
    }
    const auto id = id_of(rest);
    if (!id || (method != "GET" && method != "PUT" && method != "DELETE")) return std::nullopt;
    const auto found = c.mine.firewalls.find(*id);
    if (found == c.mine.firewalls.end()) return not_found("firewall", *id);
    if (method == "DELETE") {
        if (!with_users(c.mine, found->second)["applied_to"].empty())
            return failure(422, "resource_in_use", "firewall with ID '" + std::to_string(*id) + "' is still in use");
        c.mine.firewalls.erase(found);
        c.cloud.touch();
        return no_content();
    }
    if (method == "PUT") {
        json body;
        if (auto bad = read_body(c.asked, body)) return bad;
        if (auto bad = rename(c.mine.firewalls, found->second, body)) return bad;
        c.cloud.touch();
    }
    return answer(200, {{"firewall", with_users(c.mine, found->second)}});
}

}  // namespace slipway::sim
