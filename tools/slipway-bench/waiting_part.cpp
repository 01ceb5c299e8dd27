#include "tools/slipway-bench/waiting_part.hpp"

#include "adapters/ssh/shell.hpp"
#include "tools/slipway-bench/bench_engine.hpp"
#include "tools/slipway-bench/lanes.hpp"
#include "tools/slipway-bench/obliging_cloud.hpp"
#include "tools/slipway-bench/obliging_shell.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/stopwatch.hpp"

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace slipway::bench {

namespace {

constexpr std::uint64_t orders_at_once = 64;
constexpr double to_settle = 1;  // seconds at most: the burst of first attempts is no waiting

// As slipwayd does: each VM that boots is a connection.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

void run_for(boost::asio::io_context& loop, double seconds) {
    loop.restart();
    loop.run_for(std::chrono::microseconds{static_cast<std::int64_t>(seconds * 1e6)});
}

boost::asio::awaitable<void> order_one(bench_engine& on, std::uint64_t number) { (void)co_await on.order(number); }

}  // namespace

void order_vms(const std::string& url, std::uint64_t vms) { run_parts("ordering", {{{"url", url}, {"vms", vms}}}); }

waiting_report wait_for_ssh(const waiting_orders& orders) {
    const auto reports = run_parts("waiting", {{{"url", orders.url},
                                                {"vms", orders.vms},
                                                {"refused", orders.how == muteness::refused},
                                                {"seconds", orders.seconds}}});
    return {reports.front().at("core_percent"), reports.front().at("rss_mb")};
}

nlohmann::json ordering_part(const nlohmann::json& orders, const prepared& ready) {
    boost::asio::io_context loop(1);
    auto keys = bench_keys();
    obliging_cloud hetzner(mute_port::address);
    const std::uint64_t vms = orders.at("vms");
    obliging_shell never_booted(vms + 1);
    bench_engine on(loop, orders.at("url"), hetzner, never_booted, keys);
    ready();
    run_lanes(loop, vms, orders_at_once, [&](std::uint64_t i) { return order_one(on, i); });
    run_to_end(loop, on.until_booting(vms));
    on.stop();
    return nlohmann::json::object();
}

nlohmann::json waiting_part(const nlohmann::json& orders, const prepared& ready) {
    raise_descriptor_limit();
    boost::asio::io_context loop(1);
    auto keys = bench_keys();
    const mute_port port(orders.at("refused").get<bool>() ? muteness::refused : muteness::dropped);
    ssh::shell_options ssh;
    ssh.port = port.number();
    ssh::shell shell(loop.get_executor(), keys.operator_key().value().private_pem, ssh);
    obliging_cloud hetzner(mute_port::address);
    bench_engine on(loop, orders.at("url"), hetzner, shell, keys);
    ready();
    run_to_end(loop, on.until_booting(orders.at("vms")));
    const double watched = orders.at("seconds");
    run_for(loop, std::min(to_settle, watched));
    const stopwatch since;
    const double used_before = own_processor_seconds();
    run_for(loop, watched);
    const double share = (own_processor_seconds() - used_before) / since.seconds();
    const nlohmann::json report{{"core_percent", 100 * share}, {"rss_mb", memory_mb(getpid())}};
    on.stop();
    return report;
}

}  // namespace slipway::bench
