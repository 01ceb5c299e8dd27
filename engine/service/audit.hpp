// Where Hetzner and the log differ: servers and keys of ours that no live stream has, servers that a stream has and
// Hetzner has not, and what could not be deleted. Pure; audits.cpp asks Hetzner and writes the answer down.
//
// Nothing is deleted because of a finding: that takes a command.
#pragma once

#include "engine/service/service.hpp"
#include "engine/service/catalog_rules.hpp"

#include <set>
#include <string>
#include <vector>

namespace slipway::service {

// What one project has that is labelled as slipway's.
struct inventory {
    std::vector<cloud_server> servers;
    std::vector<cloud_resource> ssh_keys;  // all of them
    std::set<std::int64_t> ahead = {};     // servers that the log is not as far as (engine/runtime/surveys.hpp)
};

// `before` and `after` are the live VMs and contracts of all providers (two of them may share one project) as they stood
// before the inventory was asked for and when it had come: what came or went meanwhile is no finding.
std::vector<audit_finding> compare(const std::string& install_id, const std::string& provider,
                                   const inventory& at_hetzner,
                                   const std::vector<stream_view>& before, const std::vector<stream_view>& after,
                                   const slipway::catalog* prices);

// "0.1464 EUR net": a server of this type there, with its IPv4 address, for 24 started hours. Empty where no price is
// known.
std::string cost_per_day(const slipway::catalog* prices, const std::string& type, const std::string& location);

// What to do about it, in a sentence.
std::string advice_on(const audit_finding& finding);

}  // namespace slipway::service
