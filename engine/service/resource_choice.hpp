// Which of a project's networks, firewalls and SSH keys an order of VMs takes. Pure.
//
// What is named must exist, and "none" is taken at its word. Where nothing is named: one that is the only one is taken;
// of several the asker's default, which must still exist; without one the order is refused with the list of them. A
// project without networks or firewalls is fine; without an SSH key nobody could log in.
//
// What is wrong is said per field (network, firewalls, ssh_key), all of it at once. How to name one is the adapter's to
// say: every interface has a way of its own.
#pragma once

#include "engine/model/catalog.hpp"
#include "engine/model/event.hpp"
#include "engine/ports/cloud.hpp"
#include "engine/ports/registry.hpp"
#include "engine/service/service.hpp"

#include <optional>
#include <vector>

namespace slipway::service {

inline constexpr std::size_t most_firewalls = 5;  // of one server, Hetzner's limit

// Which of the project's lists the rules have to see for this order.
bool needs_networks(const vm_input& input);
bool needs_firewalls(const vm_input& input);
bool needs_ssh_keys(const vm_input& input);

// Those that were needed.
struct project_lists {
    std::vector<cloud_resource> networks, firewalls, ssh_keys;
};

struct chosen_resources {
    std::optional<cloud_resource> network;
    std::vector<cloud_resource> firewalls;
    std::optional<cloud_resource> ssh_key;  // none: the order brings its own
};

answer<chosen_resources> choose_resources(const vm_input& input, const project_lists& there,
                                          const user_defaults& defaults);

// The candidates in whose location a server can be attached to the network, in their order; a failure where none is.
answer<std::vector<candidate>> within_reach(const cloud_resource& network, const slipway::catalog& from,
                                            std::vector<candidate> all);

// Whether each that is named exists.
answer<void> check_defaults(const defaults_input& input, const project_lists& there);

}  // namespace slipway::service
