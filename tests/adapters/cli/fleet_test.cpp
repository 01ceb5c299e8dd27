// slipway top's lines: what is in trouble stands above the table, and no line is wider than the terminal.
#include "adapters/cli/top/fleet_snapshot.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace slipway;
using nlohmann::ordered_json;

namespace {

cli::fleet_snapshot two() {
    cli::fleet_snapshot fleet;
    fleet.overview = ordered_json::parse(R"({"ready": false, "why_not": "the log cannot be written",
        "streams": [{"kind": "vm", "state": "active", "count": 1}, {"kind": "contract", "state": "active", "count": 2},
                    {"kind": "contract", "state": "server_created", "count": 1}, {"kind": "audit", "state": "clean", "count": 1}],
        "projects": [{"provider": "p1", "token_works": false, "token_problem": "it was revoked"},
                     {"provider": "p2", "token_works": true}]})");
    fleet.rows.push_back(ordered_json::parse(R"({"id": "c-1", "stream": "0", "state": "server_created", "provider": "p1",
        "server_type": "cx23", "location": "nbg1", "instance_ip": null, "waiting_for": "the next attempt at reach_ssh",
        "created_at": "2026-11-20T14:00:00.000Z"})"));
    fleet.rows.push_back(ordered_json::parse(R"({"id": "0", "name": "web\u001b[2J1", "state": "active", "owner": "cli:anna",
        "server_type": "cx23", "location": "nbg1", "ipv4": "203.0.113.7", "created_at": "2026-11-20T13:00:00.000Z"})"));
    return fleet;
}

const timestamp later = parse_rfc3339("2026-11-20T14:10:00.000Z").value();

}  // namespace

TEST_CASE("the fleet: counts by state, what is wrong, and a row for each") {
    const auto lines = cli::fleet_lines(two(), later, 0);
    REQUIRE(lines.size() == 7);
    CHECK(lines[0] == "slipway  4 live: 1 server_created, 3 active");
    CHECK(lines[1] == "not ready: the log cannot be written");
    CHECK(lines[2] == "the token of p1 does not work: it was revoked");
    CHECK(lines[4].starts_with("NAME"));
    CHECK(lines[5] == "c-1      server_created  10 min  p1        cx23, nbg1  -            the next attempt at reach_ssh");
    CHECK(lines[6].find('\x1b') == std::string::npos);
    CHECK(lines[6].find("70 min  cli:anna  cx23, nbg1  203.0.113.7  -") != std::string::npos);
}

TEST_CASE("the fleet: no line is wider than the terminal") {
    for (const std::size_t width : {2u, 20u, 40u, 79u})
        for (const std::string& line : cli::fleet_lines(two(), later, width))
            CHECK(static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; })) <= width);
}
