// What people get wrong about Hetzner's catalog (engine/model/catalog.hpp), said in sentences; what can be ordered, and
// for how much. Pure functions.
#pragma once

#include "engine/model/catalog.hpp"
#include "engine/model/event.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::service {

using amount = catalog::amount;
using image = catalog::image;
using location = catalog::location;
using offer = catalog::offer;
using price = catalog::price;
using server_type = catalog::server_type;

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

}  // namespace slipway::service
