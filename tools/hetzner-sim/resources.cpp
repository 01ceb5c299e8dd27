#include "tools/hetzner-sim/resources.hpp"

#include "tools/hetzner-sim/labels.hpp"
#include "tools/hetzner-sim/listing.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::sim {

std::optional<std::int64_t> id_of(const std::string& rest) {
    if (rest.size() < 2 || rest[0] != '/') return std::nullopt;
    std::int64_t id = 0;
    const char* end = rest.data() + rest.size();
    const auto [stopped, failed] = std::from_chars(rest.data() + 1, end, id);
    if (failed != std::errc() || stopped != end) return std::nullopt;
    return id;
}

std::optional<reply> read_body(const request& r, json& into) {
    into = r.body.empty() ? json::object() : json::parse(r.body, nullptr, false);
    if (into.is_discarded() || !into.is_object())
        return failure(400, "json_error", "invalid JSON in the request's body");
    return std::nullopt;
}

std::optional<reply> rename(const std::map<std::int64_t, json>& others, json& resource, const json& body) {
    if (body.contains("labels"))
        if (const auto problem = label_problem(body["labels"])) return invalid_field("labels", *problem);
    if (body.contains("name")) {
        if (!body["name"].is_string() || body["name"].get_ref<const std::string&>().empty())
            return invalid_field("name", "Missing data for required field.");
        for (const auto& [id, other] : others)
            if (other["id"] != resource["id"] && other["name"] == body["name"])
                return name_taken("name is already used", "name");
        resource["name"] = body["name"];
    }
    if (body.contains("labels")) resource["labels"] = body["labels"];
    return std::nullopt;
}

std::optional<reply> serve_actions(context& c, const std::string& rest) {
    if (c.asked.method != "GET") return std::nullopt;
    if (rest.empty()) {
        if (c.asked.values("id").empty()) return invalid_field("id", "Missing data for required field.");
        row_list rows;
        for (const auto& text : c.asked.values("id"))
            if (const auto id = id_of("/" + text))
                if (const auto found = c.mine.actions.find(*id); found != c.mine.actions.end())
                    rows.push_back(&found->second);
        if (auto bad = filter_rows(rows, c.asked, {"status"})) return *bad;
        // The one list without pages: whoever asks names the ids.
        json list = json::array();
        for (const json* row : rows) list.push_back(*row);
        return answer(200, {{"actions", std::move(list)}});
    }
    const auto id = id_of(rest);
    if (!id) return std::nullopt;
    const auto found = c.mine.actions.find(*id);
    if (found == c.mine.actions.end()) return not_found("action", *id);
    return answer(200, {{"action", found->second}});
}

namespace {

std::vector<json> primary_ips(const project& p) {
    std::vector<json> rows;
    for (const auto& [id, server] : p.servers)
        for (const char* type : {"ipv4", "ipv6"}) {
            const json& ip = server.api["public_net"][type];
            if (ip.is_null()) continue;
            json names = json::array();
            if (ip["dns_ptr"].is_string()) names.push_back({{"ip", ip["ip"]}, {"dns_ptr", ip["dns_ptr"]}});
            rows.push_back({{"id", ip["id"]},
                            {"name", "primary_ip-" + ip["id"].dump()},
                            {"labels", json::object()},
                            {"created", server.api["created"]},
                            {"blocked", false},
                            {"location", server.api["location"]},
                            {"ip", ip["ip"]},
                            {"dns_ptr", std::move(names)},
                            {"protection", {{"delete", false}}},
                            {"type", type},
                            {"auto_delete", true},
                            {"assignee_type", "server"},
                            {"assignee_id", id}});
        }
    return rows;
}

// GET of a collection and of one of its rows; `name` is the collection's, `one` its singular.
std::optional<reply> read_only(context& c, const std::string& path, const std::string& name, const std::string& one,
                               const std::vector<json>& resources, const std::vector<std::string>& filters,
                               const std::vector<std::string>& sorts) {
    if (path == "/" + name) {
        row_list rows = rows_of(resources);
        if (auto bad = filter_rows(rows, c.asked, filters)) return bad;
        return page_of(name, std::move(rows), c.asked, sorts);
    }
    const auto id = id_of(path.substr(name.size() + 1));
    if (!id) return std::nullopt;
    for (const auto& row : resources)
        if (row["id"] == *id) return answer(200, {{one, row}});
    return not_found(one, *id);
}

}  // namespace

std::optional<reply> serve_catalog(context& c, const std::string& path) {
    const auto under = [&](const std::string& name) {
        return path == "/" + name || path.rfind("/" + name + "/", 0) == 0;
    };
    if (c.asked.method != "GET") return std::nullopt;
    const catalog& offers = c.cloud.offers();
    if (path == "/pricing") return answer(200, {{"pricing", offers.pricing()}});
    if (under("datacenters"))
        return failure(410, "deprecated_api_endpoint", "API functionality was removed",
                       {{"announcement", "https://docs.hetzner.cloud/changelog#2025-12-16-phasing-out-datacenters"}});
    if (under("locations"))
        return read_only(c, path, "locations", "location", offers.locations(), {"name"}, {"id", "name"});
    if (under("server_types"))
        return read_only(c, path, "server_types", "server_type", offers.server_types(), {"name"}, {"id", "name"});
    if (under("load_balancer_types"))
        return read_only(c, path, "load_balancer_types", "load_balancer_type", offers.load_balancer_types(), {"name"},
                         {"id", "name"});
    if (under("images")) {
        auto rows = offers.images();
        const std::string deprecated_too = c.asked.value("include_deprecated");
        if (path == "/images" && deprecated_too != "true" && deprecated_too != "True" && deprecated_too != "1")
            rows.erase(
                std::remove_if(rows.begin(), rows.end(), [](const json& i) { return !i["deprecated"].is_null(); }),
                rows.end());
        return read_only(c, path, "images", "image", rows,
                         {"name", "type", "status", "architecture", "label_selector", "bound_to"},
                         {"id", "name", "created"});
    }
    if (under("primary_ips"))
        return read_only(c, path, "primary_ips", "primary_ip", primary_ips(c.mine), {"name", "ip", "label_selector"},
                         {"id", "created"});
    static const std::pair<const char*, const char*> empty_ones[] = {
        {"isos", "iso"},
        {"volumes", "volume"},
        {"floating_ips", "floating_ip"},
        {"placement_groups", "placement_group"},
        {"load_balancers", "load_balancer"},
        {"certificates", "certificate"},
        {"zones", "zone"},
    };
    for (const auto& [name, one] : empty_ones)
        if (under(name)) return read_only(c, path, name, one, {}, {}, {"id", "name", "created", "type"});
    return std::nullopt;
}

}  // namespace slipway::sim
