#include "tools/slipway-bench/stored_lives.hpp"

#include "tools/slipway-bench/lanes.hpp"
#include "tools/slipway-bench/vm_life.hpp"

#include <stdexcept>
#include <utility>

namespace slipway::bench {

namespace {

// As many share a commit as is worth it.
constexpr std::uint64_t at_once = 500;

boost::asio::awaitable<void> store_life(event_log& log, std::uint64_t number, std::uint64_t appends_at_most,
                                        std::uint64_t& events) {
    vm_life life(number);
    for (std::uint64_t i = 0; i < appends_at_most && !life.over(); ++i) {
        append_request request = life.next();
        events += request.events.size();
        const auto stored = co_await log.append(std::move(request));
        if (!stored) throw std::runtime_error(stored.error().message);
    }
}

}  // namespace

std::uint64_t store_lives(event_log& log, std::uint64_t first_vm, std::uint64_t vms, std::uint64_t appends_at_most) {
    boost::asio::io_context loop(1);
    std::uint64_t events = 0;
    run_lanes(loop, vms, at_once,
              [&](std::uint64_t i) { return store_life(log, first_vm + i, appends_at_most, events); });
    return events;
}

}  // namespace slipway::bench
