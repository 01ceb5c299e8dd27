// slipway-bench: how fast slipway is, as a ratio to what the store allows, which it measures in the same run. JSON lines on
// stdout, a table for people on stderr. Exits with 0, 1 where something went wrong, 64 for a wrong command line.
#include "tools/slipway-bench/append_rate.hpp"
#include "tools/slipway-bench/daemon_run.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

using namespace slipway::bench;

namespace {

constexpr int wrong_usage = 64;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_servers(const std::string& url) { return url.starts_with("postgresql://") || url.starts_with("postgres://"); }

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures slipway against what its store allows, in the same run.", "slipway-bench");
    std::string name, db;
    append_options append;
    daemon_orders orders;
    bool is_daemon = false;
    app.add_option("name", name, "append, or all: everything there is")->check(CLI::IsMember({"append", "all"}));
    app.add_option("--n", append.n, "events of a round")->check(CLI::Range(1, 100'000'000))->capture_default_str();
    app.add_option("--concurrency", append.concurrency, "streams at once, of each daemon")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--db", db, "postgresql://USER@HOST/DATABASE: a server, on which a database of its own is made; "
                               "SLIPWAY_BENCH_URL says the same, and may hold a password. Otherwise a file in TMPDIR");
    app.add_option("--daemons", append.daemons, "processes that share a server, each with streams of its own")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    app.add_option("--rounds", append.rounds, "of each, slipway and its limit in turns; medians are printed")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--seconds", append.seconds, "more rounds, until so long is over")->check(CLI::Range(0.0, 1e6));
    app.add_flag("--as-daemon", is_daemon)->group("");
    app.add_option("--first-vm", orders.first_vm)->group("");
    app.add_option("--vm-step", orders.step)->group("");
    try {
        app.parse(argc, argv);
        if (name.empty() && !is_daemon) throw CLI::RequiredError("NAME");
        if (db.empty()) db = environment("SLIPWAY_BENCH_URL");
        if (!db.empty() && !is_servers(db)) throw CLI::ValidationError("--db", "write postgresql://USER@HOST/DATABASE");
        if (db.empty() && append.daemons > 1) throw CLI::ValidationError("--daemons", "a file has one: name a server with --db");
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : wrong_usage;
    }
    try {
        if (is_daemon) {
            orders.store = environment("SLIPWAY_DATABASE_URL");
            orders.events = append.n;
            orders.streams_at_once = append.concurrency;
            run_as_daemon(orders);
            return 0;
        }
        if (!db.empty()) append.server = db;
        std::vector<figures> all{measure_append(append)};
        for (const figures& one : all) write_line(std::cout, one);
        write_table(std::cerr, all);
    } catch (const std::exception& e) {
        std::cerr << "slipway-bench: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
