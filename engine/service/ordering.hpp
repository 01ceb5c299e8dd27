// What may be ordered, whoever orders it: names, labels, and which of several types and places can be had. Pure.
#pragma once

#include "engine/service/catalog_rules.hpp"
#include "engine/service/service.hpp"
#include "engine/base/error.hpp"
#include "engine/model/event.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::service {

inline constexpr const char* default_image = "ubuntu-24.04";

// NAME, NAME1 … NAME<count-1>
std::vector<std::string> names_of(const std::string& name, int count);

// Hetzner's rules for label keys and values (docs.hetzner.cloud, Labels); slipway's own keys are refused.
result<void> check_labels(const std::map<std::string, std::string>& labels);

// Both, for an order of these names; the failure names the field.
answer<void> check_order(const std::map<std::string, std::string>& labels, const std::vector<std::string>& names);

// Every type in every location, the first type everywhere before the second.
std::vector<candidate> all_candidates(const std::vector<std::string>& types, const std::vector<std::string>& locations);

// The candidates that can be ordered. A name that does not exist is always an error; a pair that is not sold only where
// no other is left.
result<std::vector<candidate>> choose(const slipway::catalog& catalog, std::vector<candidate> all,
                                      const std::string& image, timestamp now);

}  // namespace slipway::service
