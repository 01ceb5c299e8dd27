// The real engine on the real store, with the real clock, chance and keys, as slipwayd has it; Hetzner and the VMs are
// whatever a benchmark gives it.
//
// One thread, the loop's. Throws std::runtime_error with a sentence. Must be stopped before it goes.
#pragma once

#include "adapters/vault/installation_vault.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/system.hpp"
#include "tools/slipway-bench/bench_store.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::bench {

class bench_engine final : engine_observer {
public:
    bench_engine(boost::asio::io_context& loop, const std::string& url, cloud_source& clouds, remote_shell& shell,
                 key_vault& keys);

    // From the order to its answer, and to `active`.
    boost::asio::awaitable<stream_id> order(std::uint64_t number);
    boost::asio::awaitable<void> live(std::uint64_t number);
    // Until so many of them have been waiting for SSH, since this was made.
    boost::asio::awaitable<void> until_booting(std::uint64_t vms);
    void stop();

private:
    void appended(const vm_state& state, const std::vector<event_record>& records) override;

    boost::asio::io_context& loop_;
    composition::store store_;
    system_clock clock_;
    system_random random_;
    std::uint64_t booting_ = 0;
    wakeup more_boot_;
    slipway::engine engine_;
};

// Keys of an installation of the benchmark's own.
vault::installation_vault bench_keys();

}  // namespace slipway::bench
