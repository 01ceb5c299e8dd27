#include "tools/slipway-bench/daemon_run.hpp"

#include "adapters/composition/store.hpp"
#include "tools/slipway-bench/vm_life.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <sys/resource.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>

namespace slipway::bench {

namespace {

using lives = std::vector<std::vector<append_request>>;

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

lives lives_for(const daemon_orders& orders) {
    lives all;
    std::uint64_t events = 0;
    for (std::uint64_t number = orders.first_vm; events < orders.events; number += orders.step) {
        vm_life life(number);
        std::vector<append_request> appends;
        while (!life.over() && events < orders.events) {
            appends.push_back(life.next());
            events += appends.back().events.size();
        }
        all.push_back(std::move(appends));
    }
    return all;
}

// Takes one life after the other until there are none left.
boost::asio::awaitable<void> live(event_log& log, lives& all, std::size_t& taken, daemon_report& report) {
    while (taken < all.size()) {
        std::vector<append_request>& life = all[taken++];
        for (append_request& request : life) {
            const std::size_t events = request.events.size();
            const double began = now_s();
            const auto stored = co_await log.append(std::move(request));
            if (!stored) throw std::runtime_error(stored.error().message);
            report.append_us.push_back((now_s() - began) * 1e6);
            report.events += events;
        }
        life.clear();
    }
}

void append_all(event_log& log, boost::asio::io_context& loop, lives all, std::uint64_t at_once, daemon_report& report) {
    std::size_t taken = 0;
    std::exception_ptr failed;
    report.began = now_s();
    for (std::uint64_t i = 0; i < at_once; ++i)
        boost::asio::co_spawn(loop, live(log, all, taken, report), [&](std::exception_ptr thrown) {
            if (thrown && !failed) failed = thrown;
        });
    loop.run();
    report.ended = now_s();
    if (failed) std::rethrow_exception(failed);
}

double peak_memory_mb() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

}  // namespace

void run_as_daemon(const daemon_orders& orders) {
    const auto place = composition::locate({}, [&](const std::string& name) -> std::optional<std::string> {
        if (name == "SLIPWAY_DATABASE_URL") return orders.store;
        return composition::process_environment(name);
    });
    if (!place) throw std::runtime_error(place.error().message);
    boost::asio::io_context loop(1);
    auto store = composition::open_store(*place);
    if (!store) throw std::runtime_error(store.error().message);
    lives all = lives_for(orders);
    daemon_report report;
    report.vms = all.size();
    std::cout << "ready" << std::endl;
    std::string go;
    if (!std::getline(std::cin, go) || go != "go") return;
    append_all(*store->log, loop, std::move(all), orders.streams_at_once, report);
    report.rss_mb = peak_memory_mb();
    std::cout << text_of(report) << std::endl;
}

std::string text_of(const daemon_report& report) {
    return nlohmann::json{{"began", report.began},   {"ended", report.ended},         {"events", report.events},
                          {"vms", report.vms},       {"append_us", report.append_us}, {"rss_mb", report.rss_mb}}
        .dump();
}

daemon_report report_from(const std::string& line) {
    const auto all = nlohmann::json::parse(line);
    daemon_report report;
    report.began = all.at("began").get<double>();
    report.ended = all.at("ended").get<double>();
    report.events = all.at("events").get<std::uint64_t>();
    report.vms = all.at("vms").get<std::uint64_t>();
    report.append_us = all.at("append_us").get<std::vector<double>>();
    report.rss_mb = all.at("rss_mb").get<double>();
    return report;
}

}  // namespace slipway::bench
