#include "tools/slipway-bench/log_program.hpp"

#include "tools/slipway-bench/stopwatch.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace slipway::bench {

namespace {

log_program::cost cost_of(bench_process& child, const stopwatch& since) {
    const auto end = child.wait();
    if (!end.well) throw std::runtime_error("slipway-log has failed");
    return {since.seconds(), end.rss_mb};
}

}  // namespace

// By its environment: the URL may hold a password, and a command line is seen by everybody.
log_program::log_program(std::string path, const std::string& database_url)
    : path_(std::move(path)), environment_{{"SLIPWAY_DATABASE_URL", database_url}} {
    for (const char* name : {"HOME", "PGPASSFILE", "PGSERVICEFILE"})
        if (const char* value = std::getenv(name)) environment_.emplace(name, value);
}

bench_process::program log_program::program(std::vector<std::string> arguments, std::string output) const {
    return {path_, std::move(arguments), environment_, std::move(output)};
}

log_program::cost log_program::run(std::vector<std::string> arguments, std::string output) const {
    const stopwatch since;
    bench_process child(program(std::move(arguments), std::move(output)));
    return cost_of(child, since);
}

log_program::cost log_program::head(std::vector<std::string> arguments, std::size_t lines) const {
    const stopwatch since;
    bench_process child(program(std::move(arguments), {}));
    for (std::size_t i = 0; i < lines; ++i) (void)child.line();
    child.hang_up();
    return cost_of(child, since);
}

}  // namespace slipway::bench
