// The catalog as JSON: one document with Hetzner's own lists in it, whole. It is what is put together from the pages
// and what is kept in the file, so that there is one reader for both. Pure; lenient as wire.hpp is.
#pragma once

#include "engine/model/catalog.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace slipway::hetzner {

// {"format": 1, "fetched_at": ms, "server_types": […], "locations": […], "images": […], "pricing": {…}}
nlohmann::json catalog_document(timestamp fetched_at, nlohmann::json server_types, nlohmann::json locations,
                                nlohmann::json images, nlohmann::json pricing);

// None where it is no such document, or nothing can be ordered from it.
std::optional<catalog> read_catalog(const nlohmann::json& document);

}  // namespace slipway::hetzner
