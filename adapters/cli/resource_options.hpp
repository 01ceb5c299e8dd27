// Networks, firewalls and SSH keys of the Hetzner project, as they are named on the command line: by id, or "none". And
// how to name one, said where an order is refused because none was.
#pragma once

#include "engine/base/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace slipway::cli {

// As the API takes it: a number, or null for none. `option` is for the sentence of an error.
result<nlohmann::ordered_json> resource_typed(const std::string& option, const std::string& word);
// A list; "none" stands alone.
result<nlohmann::ordered_json> resources_typed(const std::string& option, const std::vector<std::string>& words);

// Of an answer that refuses fields: what to type for those that are the project's. Empty where none of them is.
std::string how_to_name(const std::vector<std::string>& fields);

}  // namespace slipway::cli
