// One daemon's part of a benchmark: a process that opens the store as a daemon does, makes its VMs' lives before the clock
// runs, says that it is ready, and appends when it is told to, many streams at once, each waiting for its answer.
//
// The parent (daemon_processes.hpp) and the child speak by lines: "ready", "go", then one line of JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::bench {

struct daemon_orders {
    std::string store;                // a database URL
    std::uint64_t events = 0;         // at least
    std::uint64_t streams_at_once = 1;
    std::uint64_t first_vm = 0;       // its VMs are this one, and those `step` apart
    std::uint64_t step = 1;
};

struct daemon_report {
    double began = 0, ended = 0;       // seconds on the machine's steady clock
    std::uint64_t events = 0;
    std::uint64_t vms = 0;
    std::vector<double> append_us;     // what each append took
    double rss_mb = 0;
};

// The child. Throws std::runtime_error where the store does not open or refuses an append.
void run_as_daemon(const daemon_orders& orders);

std::string text_of(const daemon_report& report);
daemon_report report_from(const std::string& line);

}  // namespace slipway::bench
