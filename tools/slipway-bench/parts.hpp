// Parts of a benchmark that are processes of their own, as daemons are: this program, started once more with the hidden
// option --part. They begin together.
//
// Parent and child speak by lines: the part's orders (JSON, and no arguments: a URL may hold a password), "ready", "go",
// and its report (JSON). One thread. Throws std::runtime_error where a part does not start or does not come to its end;
// those that still run are ended with it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace slipway::bench {

// The parent's side. The reports, in the order of the orders.
std::vector<nlohmann::json> run_parts(const std::string& name, const std::vector<nlohmann::json>& orders);

// The child's side. What a part calls when it is prepared: returns when all of them are.
using prepared = std::function<void()>;
using part = nlohmann::json (*)(const nlohmann::json& orders, const prepared& ready);
void be_part(part what);

}  // namespace slipway::bench
