// One VM as the CLI shows it: JSON for programs (the HTTP API's), a few lines for people. Pure.
#pragma once

#include "engine/machines/vm.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace slipway::cli {

struct vm_view {
    stream_id stream;
    vm_state state;
    timestamp created_at;
    timestamp changed_at;
};

nlohmann::ordered_json to_json(const vm_view& vm);

// A table with a head line, columns aligned.
std::string table_of(const std::vector<vm_view>& vms, timestamp now);

// Everything about one VM, a line each.
std::string details_of(const vm_view& vm);

}  // namespace slipway::cli
