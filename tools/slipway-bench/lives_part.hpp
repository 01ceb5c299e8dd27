// Whole lives, from the order to `active`, through the real engine on the real store in a process of their own; Hetzner and
// the VMs answer at once (obliging_cloud.hpp, obliging_shell.hpp).
#pragma once

#include "tools/slipway-bench/parts.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::bench {

struct lives_orders {
    std::string url;
    std::uint64_t first_vm = 0;  // each number is one VM's for ever
    std::uint64_t lives = 0;
    std::uint64_t at_once = 1;
    std::uint64_t booting_together = 1;  // SSH answers when so many VMs wait for it; a divisor of lives
};

struct lives_report {
    double seconds = 0, processor_seconds = 0, rss_mb = 0;
    std::vector<double> life_us;  // what each took
};

// The parent's side; throws std::runtime_error.
lives_report run_lives(const lives_orders& orders);

// The child's.
nlohmann::json lives_part(const nlohmann::json& orders, const prepared& ready);

}  // namespace slipway::bench
