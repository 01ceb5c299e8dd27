// The addresses of a network: its subnets, each in a network zone, and which address a server gets in them. Networks are
// in the shape in which the API shows them. Pure.
#pragma once

#include "tools/hetzner-sim/message.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace slipway::sim {

struct ip_range {
    std::uint32_t first = 0;  // its own address, "10.0.1.0" of 10.0.1.0/24
    int bits = 0;
    std::uint64_t size() const { return std::uint64_t{1} << (32 - bits); }
    bool holds(const ip_range& other) const;
};

// "10.0.1.0/24"; none where it is no IPv4 range.
std::optional<ip_range> read_range(const json& text);

// A subnet as it is asked for, made complete; a failure where it does not fit into the network. Without a range of its own
// it gets the first free /24, or the whole of a smaller network.
std::optional<reply> add_subnet(json& network, const json& wanted);

// The next address for a server in one of the zone's subnets; none where it has no subnet, or none is free.
std::optional<std::string> free_address(const json& network, const std::string& zone,
                                        const std::set<std::string>& taken);

}  // namespace slipway::sim
