// VMs that boot, and are waited for by the real engine with real SSH in a process of their own, at a port where nobody
// answers (mute_port.hpp): what waiting costs.
#pragma once

#include "tools/slipway-bench/mute_port.hpp"
#include "tools/slipway-bench/parts.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace slipway::bench {

struct waiting_orders {
    std::string url;
    std::uint64_t vms = 0;  // that order_vms() has left there
    muteness how = muteness::dropped;
    double seconds = 0;  // that are watched, when all of them wait
};

struct waiting_report {
    double core_percent = 0, rss_mb = 0;
};

// The parent's side; throws std::runtime_error. Who waits stops in good order, and they can be waited for again.
void order_vms(const std::string& url, std::uint64_t vms);
waiting_report wait_for_ssh(const waiting_orders& orders);

// The children's. Who orders is gone when who waits takes the VMs up: to order the last of them must not be what waiting
// for the first ones leaves time for.
nlohmann::json ordering_part(const nlohmann::json& orders, const prepared& ready);
nlohmann::json waiting_part(const nlohmann::json& orders, const prepared& ready);

}  // namespace slipway::bench
