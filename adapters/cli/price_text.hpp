// What an order of VMs would be, and cost, as the API's plan says it (POST /v1/vms?plan=true), in words. Pure; what is
// missing in a plan is left out.
#pragma once

#include "adapters/cli/vm_view.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace slipway::cli {

// For --dry-run: the names, a line with the price of each type and place, and the request.
std::string plan_text(const nlohmann::ordered_json& plan);

// "price  0.0074 EUR per hour, …" of the VMs that were made, a line for each price.
std::string price_lines(const nlohmann::ordered_json& plan, const std::vector<vm_view>& vms);

}  // namespace slipway::cli
