#include "tools/slipway-bench/bench_engine.hpp"

#include "adapters/vault/installation_key.hpp"
#include "tools/slipway-bench/buyers.hpp"
#include "tools/slipway-bench/lanes.hpp"

#include <stdexcept>
#include <utility>

namespace slipway::bench {

bench_engine::bench_engine(boost::asio::io_context& loop, const std::string& url, cloud_source& clouds,
                           remote_shell& shell, key_vault& keys)
    : loop_(loop),
      store_(open_bench_store(url)),
      engine_(loop.get_executor(),
              world{*store_.log, clouds, shell, keys, clock_, random_, store_.leases.get(), store_.news.get()}, *this) {
    run_to_end(loop_, [](slipway::engine& on) -> boost::asio::awaitable<void> {
        const auto taken_up = co_await on.resume();
        if (!taken_up) throw std::runtime_error(taken_up.error().message);
    }(engine_));
}

boost::asio::awaitable<stream_id> bench_engine::order(std::uint64_t number) {
    request_vm command;
    command.spec = ordered_by(number);
    command.owner = "api";
    submission asked;
    asked.command = std::move(command);
    asked.actor = "api";
    asked.command_id = "order-" + std::to_string(number);
    asked.first_time = true;
    const auto taken = co_await engine_.submit(std::move(asked));
    if (!taken) throw std::runtime_error(taken.error().message);
    co_return taken->stream;
}

boost::asio::awaitable<void> bench_engine::live(std::uint64_t number) {
    stream_id stream = co_await order(number);
    const vm_state ended = co_await engine_.until_at_rest(std::move(stream));
    if (!ended.in("active")) throw std::runtime_error("a VM became " + std::string(ended.state_name()));
}

boost::asio::awaitable<void> bench_engine::until_booting(std::uint64_t vms) {
    while (booting_ < vms) co_await more_boot_.wait();
}

void bench_engine::appended(const vm_state& state, const std::vector<event_record>&) {
    const bool boots = state.in("server_created") && state.data.intent && state.data.intent->step == step::reach_ssh;
    if (!boots) return;
    ++booting_;
    more_boot_.notify_all();
}

void bench_engine::stop() { run_to_end(loop_, engine_.stop()); }

vault::installation_vault bench_keys() { return vault::installation_vault(vault::new_installation_key()); }

}  // namespace slipway::bench
