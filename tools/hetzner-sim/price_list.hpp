// What can be ordered: locations, server types, images and prices, in the shape of Hetzner's API. Modelled on the
// public catalogue of autumn 2026 (more than 25 server types and more than 50 images, so that a client has to read more
// than one page), with a few entries that must not work: types that are past their end, a type that is sold out
// somewhere, a deprecated image. Prices are made up of the right form. Built once, never changed. Pure.
#pragma once

#include "tools/hetzner-sim/message.hpp"

#include <string>
#include <vector>

namespace slipway::sim {

class catalog {
public:
    catalog();

    const std::vector<json>& locations() const { return locations_; }
    const std::vector<json>& server_types() const { return server_types_; }
    const std::vector<json>& images() const { return images_; }
    const std::vector<json>& load_balancer_types() const { return load_balancer_types_; }
    const json& pricing() const { return pricing_; }

    // By id where `reference` is a number (or a string of digits), else by name. Null where there is none.
    const json* location(const json& reference) const;
    const json* server_type(const json& reference) const;
    // Image names are not unique: with a name, the one of `architecture`.
    const json* image(const json& reference, const std::string& architecture) const;

private:
    std::vector<json> locations_;
    std::vector<json> server_types_;
    std::vector<json> images_;
    std::vector<json> load_balancer_types_;
    json pricing_;
};

}  // namespace slipway::sim
