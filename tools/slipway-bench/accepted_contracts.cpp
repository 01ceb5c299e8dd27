#include "tools/slipway-bench/accepted_contracts.hpp"

#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/system.hpp"
#include "tools/slipway-bench/buyers.hpp"
#include "tools/slipway-bench/lanes.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace slipway::bench {

namespace {

append_request accepted(std::uint64_t buyer, random_source& random, timestamp now) {
    const stream_id stream{uuid_v7(now, random.bytes())};
    contract_accepted contract;
    contract.spec = ordered_by(buyer);
    contract.contract_id = stream.text;
    contract.offering = "small";
    contract.owner = "api";
    const event what = std::move(contract);
    vm_state state;
    evolve(state, what).value();
    new_event stored;
    stored.type = type_of(what);
    stored.schema_version = version_of(what);
    stored.event_id = uuid_v7(now, random.bytes());
    stored.at = now;
    stored.actor = "api";
    stored.command_id = "api:contract:buyer-" + std::to_string(buyer);
    stored.data = encode(what);
    append_request request;
    request.head = head_of(state, stream);
    request.events.push_back(std::move(stored));
    return request;
}

boost::asio::awaitable<void> timed_append(event_log& log, append_request request, std::vector<double>& append_us) {
    const stopwatch took;
    const auto stored = co_await log.append(std::move(request));
    if (!stored) throw std::runtime_error(stored.error().message);
    append_us.push_back(took.microseconds());
}

}  // namespace

timed_run append_contracts(event_log& log, std::uint64_t first_buyer, std::uint64_t contracts, std::uint64_t at_once) {
    system_random random;
    const system_clock clock;
    std::vector<append_request> requests;
    for (std::uint64_t i = 0; i < contracts; ++i) requests.push_back(accepted(first_buyer + i, random, clock.now()));
    boost::asio::io_context loop(1);
    timed_run run;
    const stopwatch since;
    run_lanes(loop, contracts, at_once,
              [&](std::uint64_t number) { return timed_append(log, std::move(requests[number]), run.each_us); });
    run.seconds = since.seconds();
    return run;
}

}  // namespace slipway::bench
