// GET /v1/catalog's document.
#include "adapters/api/views.hpp"
#include "engine/service/catalog_rules.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace slipway::api {

using nlohmann::ordered_json;

namespace {

ordered_json types_json(const catalog& from) {
    ordered_json all = ordered_json::array();
    for (const catalog::server_type& type : from.server_types) {
        ordered_json j = ordered_json::object();
        j["name"] = type.name;
        j["description"] = type.description;
        j["architecture"] = type.architecture;
        j["cpu"] = type.cpu;
        j["cores"] = type.cores;
        j["memory_gb"] = type.memory_gb;
        j["disk_gb"] = type.disk_gb;
        ordered_json places = ordered_json::array();
        for (const catalog::offer& offer : type.offers) {
            if (!offer.sold) continue;
            ordered_json o = ordered_json::object();
            o["location"] = offer.location;
            o["available"] = offer.available;
            o["until"] = offer.unavailable_after ? ordered_json(to_rfc3339(*offer.unavailable_after)) : ordered_json();
            const auto quote = service::price_of(from, type.name, offer.location);
            o["hourly_net"] = quote ? ordered_json(quote->hourly.net) : ordered_json();
            o["monthly_net"] = quote ? ordered_json(quote->monthly.net) : ordered_json();
            places.push_back(std::move(o));
        }
        j["locations"] = std::move(places);
        all.push_back(std::move(j));
    }
    return all;
}

ordered_json locations_json(const catalog& from) {
    ordered_json all = ordered_json::array();
    for (const catalog::location& place : from.locations) {
        ordered_json j = ordered_json::object();
        j["name"] = place.name;
        j["description"] = place.description;
        j["country"] = place.country;
        j["city"] = place.city;
        j["network_zone"] = place.network_zone;
        all.push_back(std::move(j));
    }
    return all;
}

ordered_json images_json(const catalog& from) {
    ordered_json all = ordered_json::array();
    for (const catalog::image& image : from.images) {
        ordered_json j = ordered_json::object();
        j["id"] = image.id;
        j["name"] = image.name.empty() ? std::to_string(image.id) : image.name;
        j["description"] = image.description;
        j["architecture"] = image.architecture;
        j["type"] = image.type;
        j["deprecated"] = image.deprecated.has_value();
        all.push_back(std::move(j));
    }
    return all;
}

ordered_json resources_json(const std::vector<cloud_resource>& from) {
    ordered_json all = ordered_json::array();
    for (const cloud_resource& one : from) {
        ordered_json j = ordered_json::object();
        j["id"] = one.id;
        j["name"] = one.name;
        j["detail"] = one.detail;
        if (!one.zones.empty()) j["network_zones"] = one.zones;
        all.push_back(std::move(j));
    }
    return all;
}

}  // namespace

ordered_json to_json(const service::project_catalog& catalog) {
    ordered_json out = ordered_json::object();
    out["currency"] = catalog.offers->currency;
    out["fetched_at"] = to_rfc3339(catalog.offers->fetched_at);
    out["locations"] = locations_json(*catalog.offers);
    out["server_types"] = types_json(*catalog.offers);
    out["images"] = images_json(*catalog.offers);
    out["networks"] = resources_json(catalog.networks);
    out["ssh_keys"] = resources_json(catalog.ssh_keys);
    out["firewalls"] = resources_json(catalog.firewalls);
    return out;
}

}  // namespace slipway::api
