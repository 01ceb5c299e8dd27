// One VM as the CLI shows it: JSON for programs (the HTTP API's), a few lines for people. Pure.
#pragma once

#include "engine/machines/vm.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slipway::cli {

struct vm_view {
    stream_id stream;
    vm_state state;
    timestamp created_at;
    timestamp changed_at;
};

// What it is called at Hetzner, or will be.
std::string name_of(const vm_view& vm);

nlohmann::ordered_json to_json(const vm_view& vm);

// Everything about one VM, a line each.
std::string details_of(const vm_view& vm);

}  // namespace slipway::cli
