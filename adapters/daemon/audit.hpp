// Where Hetzner and the log differ: servers and keys of ours that no live stream has, servers that a stream has and
// Hetzner has not, and what could not be deleted. Pure; marketplace.hpp asks Hetzner and writes the answer down.
//
// Nothing is deleted because of a finding: that takes a command.
#pragma once

#include "adapters/api/service.hpp"
#include "adapters/hetzner/catalog.hpp"
#include "adapters/hetzner/client.hpp"

#include <string>
#include <vector>

namespace slipway::daemon {

// What one project has that is labelled as slipway's.
struct inventory {
    std::vector<cloud_server> servers;
    std::vector<hetzner::resource> ssh_keys;  // all of them
};

// `before` and `after` are the live VMs and contracts of all providers (two of them may share one project) as they stood
// before the inventory was asked for and when it had come: what came or went meanwhile is no finding.
std::vector<audit_finding> compare(const std::string& install_id, const std::string& provider,
                                   const inventory& at_hetzner,
                                   const std::vector<api::life>& before, const std::vector<api::life>& after,
                                   const hetzner::catalog* prices);

// "0.1464 EUR net": a server of this type there, with its IPv4 address, for 24 started hours. Empty where no price is
// known.
std::string cost_per_day(const hetzner::catalog* prices, const std::string& type, const std::string& location);

// What to do about it, in a sentence.
std::string advice_on(const audit_finding& finding);

}  // namespace slipway::daemon
