// What slipwayd --check-config says of its settings: each one with where it comes from, and all that is wrong. No secret is
// shown.
#pragma once

#include "adapters/composition/environment.hpp"

#include <string>
#include <vector>

namespace slipway::composition {

struct reported_setting {
    std::string name;
    std::string origin;  // "environment", "file PATH", "credential PATH", "default"
    std::string value;   // empty where it is a secret, or the default
};
std::vector<reported_setting> report_settings(const environment& from);

// A sentence for each setting that slipwayd would not start with; empty where it would.
std::vector<std::string> wrong_settings(environment from);

// A sentence for each of these variables that is called as slipway's settings are and is none: it may be misspelt.
std::vector<std::string> unknown_settings(const std::vector<std::string>& variables);

}  // namespace slipway::composition
