// What lies around a log and may keep its VMs and contracts where they are (engine/service/reasons.hpp), for whoever only
// looks, beside whoever writes. What cannot be seen is left out. Blocks.
#pragma once

#include "adapters/composition/database_url.hpp"
#include "engine/service/reasons.hpp"

#include <string>

namespace slipway::composition {

// Why nobody could write there now; empty where nothing is seen that is in the way.
std::string write_trouble(const location& place);

// For this stream, one of this provider's.
service::surroundings surroundings_of(const location& place, const std::string& provider, const stream_id& stream);

}  // namespace slipway::composition
