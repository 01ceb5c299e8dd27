// The fleet as it stands, as much of it as a screen holds: how many are in which state, and those first that are on their
// way or in trouble.
//
// Lives in a verb's work; asks the API of whoever is at hand.
#pragma once

#include "adapters/cli/api_session.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::cli {

struct fleet_snapshot {
    nlohmann::ordered_json overview;           // GET /v1/overview
    std::vector<nlohmann::ordered_json> rows;  // as GET /v1/vms and /v1/contracts have them
    timestamp at;
};

boost::asio::awaitable<result<fleet_snapshot>> read_fleet(api_session& of, std::size_t most_rows);

// Lines for people; pure. `width`, two at least: none is longer; 0: as long as they are.
std::vector<std::string> fleet_lines(const fleet_snapshot& fleet, timestamp now, std::size_t width);

}  // namespace slipway::cli
