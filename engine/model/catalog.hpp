// What can be ordered at Hetzner and what it costs, as one project sees it. Values alone: engine/service/catalog_rules.hpp
// says what follows from them, and whoever implements engine/ports/projects.hpp fetches them.
//
// Facts (docs.hetzner.cloud): a server type can be ordered where its own list of locations names the place, until that
// entry's unavailable_after; a price for a place proves nothing. An image's name is unique only together with the
// architecture. `available` is a hint: an order may still be refused.
#pragma once

#include "engine/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

struct catalog {
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
        std::optional<catalog::price> price;
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
        std::string name;    // empty: a snapshot, which has an id only
        std::string description;
        std::string architecture;
        std::string type;    // "system", "app", "snapshot"
        std::string status;  // "available"
        std::string os_flavor;
        std::string os_version;
        std::optional<timestamp> deprecated;  // since then; usable for some months more
    };

    std::vector<server_type> server_types;
    std::vector<location> locations;
    std::vector<image> images;
    std::string currency;
    std::string vat_rate;
    struct ipv4_price {
        std::string location;
        catalog::price price;
    };
    std::vector<ipv4_price> ipv4_prices;
    timestamp fetched_at;
};

inline const catalog::offer* catalog::server_type::in(std::string_view location) const {
    for (const offer& one : offers)
        if (one.location == location) return &one;
    return nullptr;
}

}  // namespace slipway
