// A real slipwayd on a store, with a marketplace of one offering, and a Hetzner that takes connections and says nothing:
// contracts are accepted, and wait there. It hears nothing of this program's environment, and is killed with this object.
//
// One thread. Throws std::runtime_error.
#pragma once

#include "tools/slipway-bench/bench_process.hpp"
#include "tools/slipway-bench/mute_port.hpp"

#include <string>

namespace slipway::bench {

class slipwayd_process {
public:
    static constexpr const char* offering = "small";
    static constexpr const char* provider = "bench";

    // What belongs to it: its key, and the place of its socket. `directory` is the caller's, and this one's alone.
    struct installation {
        std::string program;
        std::string database_url;
        std::string directory;
        std::string encryption_key;  // 64 hex digits
    };
    explicit slipwayd_process(const installation& of);

    pid_t id() const { return child_.id(); }
    bool runs() const { return child_.runs(); }
    const std::string& socket() const { return socket_; }

    // What is there before: the installation's secret, the provider's token, sealed, and the offering.
    static installation set_up(std::string program, std::string database_url, std::string directory);

private:
    mute_port hetzner_{muteness::silent};
    std::string socket_;
    bench_process child_;
};

}  // namespace slipway::bench
