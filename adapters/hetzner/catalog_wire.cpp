#include "adapters/hetzner/catalog_wire.hpp"

#include "adapters/hetzner/json_reading.hpp"

#include <utility>

namespace slipway::hetzner {

using nlohmann::json;

namespace {

using amount = catalog::amount;
using image = catalog::image;
using location = catalog::location;
using offer = catalog::offer;
using price = catalog::price;
using server_type = catalog::server_type;

constexpr int format = 1;

amount amount_of(const json& object) {
    amount out;
    out.net = text(object, "net");
    out.gross = text(object, "gross");
    return out;
}

price price_of(const json& object) {
    price out;
    out.hourly = amount_of(member(object, "price_hourly"));
    out.monthly = amount_of(member(object, "price_monthly"));
    return out;
}

std::optional<timestamp> time_of(const json& object, const char* key) {
    return parse_rfc3339(text(object, key));
}

offer& offer_in(server_type& type, const std::string& place) {
    for (offer& known : type.offers)
        if (known.location == place) return known;
    type.offers.emplace_back().location = place;
    return type.offers.back();
}

server_type type_of(const json& object) {
    server_type out;
    out.id = id_of(object);
    out.name = text(object, "name");
    out.description = text(object, "description");
    out.category = text(object, "category");
    out.architecture = text(object, "architecture");
    if (out.architecture.empty()) out.architecture = "x86";
    out.cpu = text(object, "cpu_type");
    out.cores = number(object, "cores");
    out.memory_gb = number(object, "memory");
    out.disk_gb = number(object, "disk");
    out.unavailable_after = time_of(member(object, "deprecation"), "unavailable_after");
    for (const json& row : list(object, "prices")) {
        offer& there = offer_in(out, text(row, "location"));
        there.price = price_of(row);
    }
    for (const json& row : list(object, "locations")) {
        offer& there = offer_in(out, text(row, "name"));
        there.sold = true;
        there.available = flag(row, "available");
        there.recommended = flag(row, "recommended");
        there.unavailable_after = time_of(member(row, "deprecation"), "unavailable_after");
    }
    // Without the list (it is required now, and was not before 2025-09-24) a price is all there is to go by.
    if (!member(object, "locations").is_array())
        for (offer& there : out.offers) there.sold = there.available = true;
    return out;
}

location location_of(const json& object) {
    location out;
    out.id = id_of(object);
    out.name = text(object, "name");
    out.description = text(object, "description");
    out.country = text(object, "country");
    out.city = text(object, "city");
    out.network_zone = text(object, "network_zone");
    return out;
}

image image_of(const json& object) {
    image out;
    out.id = id_of(object);
    out.name = text(object, "name");
    out.description = text(object, "description");
    out.architecture = text(object, "architecture");
    if (out.architecture.empty()) out.architecture = "x86";
    out.type = text(object, "type");
    out.status = text(object, "status");
    out.os_flavor = text(object, "os_flavor");
    out.os_version = text(object, "os_version");
    out.deprecated = time_of(object, "deprecated");
    if (!out.deprecated) out.deprecated = time_of(member(object, "deprecation"), "announced");
    return out;
}

template <class T>
bool has_name(const T& one) {
    return !one.name.empty();
}
// Snapshots have none: they are ordered by their id.
bool has_name(const image& one) { return !one.name.empty() || one.type == "snapshot"; }

template <class T>
std::vector<T> read_list(const json& document, const char* key, T (*read)(const json&)) {
    std::vector<T> out;
    for (const json& entry : list(document, key))
        if (T one = read(entry); one.id != 0 && has_name(one)) out.push_back(std::move(one));
    return out;
}

}  // namespace

json catalog_document(timestamp fetched_at, json server_types, json locations, json images, json pricing) {
    json out = json::object();
    out["format"] = format;
    out["fetched_at"] = fetched_at.ms;
    out["server_types"] = std::move(server_types);
    out["locations"] = std::move(locations);
    out["images"] = std::move(images);
    out["pricing"] = std::move(pricing);
    return out;
}

std::optional<catalog> read_catalog(const json& document) {
    const json& fetched_at = member(document, "fetched_at");
    if (number(document, "format") != format || !fetched_at.is_number_integer()) return std::nullopt;
    catalog out;
    out.fetched_at.ms = fetched_at.get<std::int64_t>();
    out.server_types = read_list<server_type>(document, "server_types", type_of);
    out.locations = read_list<location>(document, "locations", location_of);
    out.images = read_list<image>(document, "images", image_of);
    const json& pricing = member(document, "pricing");
    out.currency = text(pricing, "currency");
    out.vat_rate = text(pricing, "vat_rate");
    for (const json& address : list(pricing, "primary_ips")) {
        if (text(address, "type") != "ipv4") continue;
        for (const json& row : list(address, "prices")) {
            auto& entry = out.ipv4_prices.emplace_back();
            entry.location = text(row, "location");
            entry.price = price_of(row);
        }
    }
    if (out.server_types.empty() || out.locations.empty() || out.images.empty()) return std::nullopt;
    return out;
}

}  // namespace slipway::hetzner
