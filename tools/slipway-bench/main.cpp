// slipway-bench: how fast slipway is, as a ratio to what the store allows, which it measures in the same run. JSON lines on
// stdout, a table for people on stderr. Exits with 0, 1 where something went wrong, 64 for a wrong command line.
#include "tools/slipway-bench/api_rate.hpp"
#include "tools/slipway-bench/append_part.hpp"
#include "tools/slipway-bench/append_rate.hpp"
#include "tools/slipway-bench/dispatch_rate.hpp"
#include "tools/slipway-bench/growth.hpp"
#include "tools/slipway-bench/lives_part.hpp"
#include "tools/slipway-bench/log_rates.hpp"
#include "tools/slipway-bench/provision_rate.hpp"
#include "tools/slipway-bench/replay_rate.hpp"
#include "tools/slipway-bench/restart_time.hpp"
#include "tools/slipway-bench/waiting_part.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace slipway::bench;

namespace {

constexpr int wrong_usage = 64;

struct named_benchmark {
    const char* name;
    std::uint64_t n, concurrency;  // where nobody says anything
    benchmark measure;
};

constexpr std::array benchmarks{
    named_benchmark{"append", 50'000, 256, measure_append},
    named_benchmark{"replay", 200'000, 1, measure_replay},
    named_benchmark{"log", 200'000, 1, measure_log},
    named_benchmark{"provision", 3'000, 64, measure_provision},
    named_benchmark{"api", 5'000, 64, measure_api},
    named_benchmark{"restart", 10'000, 1'000, measure_restart},
    named_benchmark{"grow", 2'000, 10'000, measure_growth},
    named_benchmark{"dispatch", 20'000'000, 1, measure_dispatch},
};

struct named_part {
    std::string_view name;
    part run;
};

constexpr std::array parts{named_part{"append", append_part}, named_part{"lives", lives_part},
                           named_part{"ordering", ordering_part}, named_part{"waiting", waiting_part}};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_servers(const std::string& url) { return url.starts_with("postgresql://") || url.starts_with("postgres://"); }

// As they are installed, side by side; or as they are built, each in its own directory.
std::string beside_us(const char* program, const char* built_in) {
    std::error_code unknown;
    const auto here = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
    const auto built = here / "../.." / built_in / program;
    return std::filesystem::exists(built, unknown) ? built.lexically_normal().string() : (here / program).string();
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const named_benchmark& one : benchmarks) all.emplace_back(one.name);
    all.emplace_back("all");
    return all;
}

void run_part(const std::string& name) {
    for (const named_part& one : parts)
        if (one.name == name) return be_part(one.run);
    throw std::runtime_error("there is no part " + name);
}

void run(const std::string& name, const options& asked) {
    write_head(std::cerr);
    for (const named_benchmark& one : benchmarks) {
        if (name != "all" && name != one.name) continue;
        options how = asked;
        if (how.n == 0) how.n = one.n;
        if (how.concurrency == 0) how.concurrency = one.concurrency;
        for (const figures& found : one.measure(how)) {
            write_line(std::cout, found);
            write_row(std::cerr, found);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures slipway against what its store allows, in the same run.", "slipway-bench");
    std::string name, db, part;
    options how;
    app.add_option("name", name, "what to measure, or all of it (README.md says how)")->check(CLI::IsMember(names()));
    app.add_option("--n", how.n, "how many in a round: events, lives, requests")->check(CLI::Range(1, 100'000'000));
    app.add_option("--concurrency", how.concurrency, "at once: streams, lives, connections")->check(CLI::Range(1, 100'000));
    app.add_option("--db", db, "postgresql://USER@HOST/DATABASE: a server, on which a database of its own is made; "
                               "SLIPWAY_BENCH_URL says the same, and may hold a password. Otherwise a file in TMPDIR");
    app.add_option("--daemons", how.daemons, "append: processes that share a server, each with streams of its own")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    app.add_option("--rounds", how.repeated.rounds, "of each, slipway and its limit in turns; medians are printed")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--seconds", how.repeated.seconds, "more rounds, until so long is over")->check(CLI::Range(0.0, 1e6));
    app.add_option("--watch", how.watched_seconds, "grow: seconds for which VMs that wait for SSH are looked at")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    app.add_option("--slipwayd", how.slipwayd, "the program for what needs a daemon; otherwise the one beside this");
    app.add_option("--slipway-log", how.slipway_log, "the program that log measures; otherwise the one beside this");
    app.add_option("--part", part)->group("");
    try {
        app.parse(argc, argv);
        if (name.empty() && part.empty()) throw CLI::RequiredError("NAME");
        if (db.empty()) db = environment("SLIPWAY_BENCH_URL");
        if (!db.empty() && !is_servers(db)) throw CLI::ValidationError("--db", "write postgresql://USER@HOST/DATABASE");
        if (db.empty() && how.daemons > 1) throw CLI::ValidationError("--daemons", "a file has one: name a server with --db");
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : wrong_usage;
    }
    try {
        if (!part.empty()) {
            run_part(part);
            return 0;
        }
        if (!db.empty()) how.server = db;
        if (how.slipwayd.empty()) how.slipwayd = beside_us("slipwayd", "adapters/daemon");
        if (how.slipway_log.empty()) how.slipway_log = beside_us("slipway-log", "tools/slipway-log");
        run(name, how);
    } catch (const std::exception& e) {
        std::cerr << "slipway-bench: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
