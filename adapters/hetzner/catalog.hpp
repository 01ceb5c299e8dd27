// What can be ordered at Hetzner and what it costs, as one project sees it; and what people get wrong about it, said in
// sentences. Values and pure functions; catalog_store.hpp fetches it.
//
// Rules (docs.hetzner.cloud): a server type can be ordered where its own list of locations names the place, until that
// entry's unavailable_after; a price for a place proves nothing. An image's name is unique only together with the
// architecture. `available` is a hint: an order may still be refused.
#pragma once

#include "engine/model/event.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::hetzner {

// Decimal texts in the account's currency, as Hetzner writes them; empty where it does not say.
struct amount {
    std::string net;
    std::string gross;
};

struct price {
    amount hourly;
    amount monthly;
};

struct offer {
    std::string location;
    bool sold = false;       // the type's own list names the place
    bool available = false;  // orderable just now, as far as Hetzner tells
    bool recommended = false;
    std::optional<timestamp> unavailable_after;
    std::optional<slipway::hetzner::price> price;
};

struct server_type {
    std::int64_t id = 0;
    std::string name;
    std::string description;
    std::string category;
    std::string architecture;  // "x86", "arm"
    std::string cpu;           // "shared", "dedicated"
    double cores = 0;
    double memory_gb = 0;
    double disk_gb = 0;
    std::optional<timestamp> unavailable_after;  // everywhere
    std::vector<offer> offers;

    const offer* in(std::string_view location) const;
};

struct location {
    std::int64_t id = 0;
    std::string name;
    std::string description;
    std::string country;
    std::string city;
    std::string network_zone;
};

struct image {
    std::int64_t id = 0;
    std::string name;
    std::string description;
    std::string architecture;
    std::string type;    // "system", "app"
    std::string status;  // "available"
    std::string os_flavor;
    std::string os_version;
    std::optional<timestamp> deprecated;  // since then; usable for some months more
};

struct catalog {
    std::vector<server_type> server_types;
    std::vector<location> locations;
    std::vector<image> images;
    std::string currency;
    std::string vat_rate;
    struct ipv4_price {
        std::string location;
        slipway::hetzner::price price;
    };
    std::vector<ipv4_price> ipv4_prices;
    timestamp fetched_at;
};

const server_type* find_type(const catalog& from, std::string_view name);
const location* find_location(const catalog& from, std::string_view name);

// By name, or by id written as a number. Deprecated images are found, too: whether they may be used is the caller's
// choice.
const image* resolve_image(const catalog& from, std::string_view name, std::string_view architecture);

struct problem {
    enum class field { server_type, location, image } where = field::server_type;
    std::string sentence;
};

// What is wrong with these candidates (their image ids are not looked at), each thing once. None: all can be ordered.
std::vector<problem> validate(const catalog& from, const std::vector<candidate>& candidates,
                              std::string_view image_name, timestamp now);

// The candidates without a problem, in their order, with the id of the image for their architecture.
std::vector<candidate> orderable(const catalog& from, const std::vector<candidate>& candidates,
                                 std::string_view image_name, timestamp now);

struct quote {
    amount hourly;  // four decimals
    amount monthly;
    std::string currency;
    bool with_ipv4 = false;  // the price of the IPv4 address is known and included
};

// What a server of this type costs there, with one IPv4 address. None where Hetzner names no price.
std::optional<quote> price_of(const catalog& from, std::string_view type, std::string_view location);

}  // namespace slipway::hetzner
