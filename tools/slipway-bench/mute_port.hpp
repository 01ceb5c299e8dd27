// A port of this machine where nobody answers, in the three ways in which nobody does: for a Hetzner that says nothing, and
// for VMs that boot. It is gone with this object. Throws std::runtime_error where it cannot be had.
#pragma once

#include <cstdint>
#include <vector>

namespace slipway::bench {

enum class muteness {
    silent,   // connections are made, and nothing is said on them
    dropped,  // packets are lost
    refused,  // "connection refused"
};

class mute_port {
public:
    explicit mute_port(muteness how);
    ~mute_port();
    mute_port(const mute_port&) = delete;
    mute_port& operator=(const mute_port&) = delete;

    static constexpr const char* address = "127.0.0.1";
    std::uint16_t number() const { return number_; }

private:
    std::vector<int> sockets_;
    std::uint16_t number_ = 0;
};

}  // namespace slipway::bench
