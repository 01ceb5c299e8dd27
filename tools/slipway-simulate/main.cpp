// slipway-simulate: runs the engine in a simulated world with seeded faults and watches that nothing is lost and
// nothing is paid twice. Prints the seed, what the seed drew, and the revision: enough to run it again. Exits with the
// number of the rule that was broken first (adapters/simulated/invariants.hpp), 0 where all held, 64 for a wrong command
// line.
#include "engine/machines/vm.hpp"
#include "revision.hpp"
#include "tools/slipway-simulate/scenario.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <random>

using namespace slipway;
using namespace slipway::simulated;

namespace {

constexpr int wrong_usage = 64;

std::string hex(std::uint64_t v) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(v));
    return text.data();
}

std::string again(const scenario_options& o) {
    std::string text = "slipway-simulate --seed " + std::to_string(o.seed) + " --streams " + std::to_string(o.streams);
    std::array<char, 32> hours{};
    std::snprintf(hours.data(), hours.size(), "%g", o.hours);
    text += std::string(" --hours ") + hours.data() + " --instances " + std::to_string(o.instances);
    if (o.only) {
        text += " --only ";
        std::string list;
        for (const fault f : *o.only) list += (list.empty() ? "" : ",") + std::string(name(f));
        text += list.empty() ? "none" : list;
    }
    return text;
}

void print(const scenario_options& o, const scenario_result& r, bool quiet) {
    if (quiet && r.violations.empty()) return;
    std::cout << "seed " << o.seed << ", streams " << o.streams << ", hours " << o.hours << ", instances "
              << o.instances << ", revision " << SLIPWAY_REVISION << ", tables " << vm_kind_machine().fingerprint << " "
              << contract_kind_machine().fingerprint << "\n"
              << describe(r.options) << "\n"
              << r.lives << " lives, " << r.contracts << " of them contracts: " << r.was_active << " were active, "
              << r.terminated << " terminated, " << r.failed << " failed, " << r.expired << " expired; " << r.events
              << " events, " << r.requests << " requests (" << r.over_budget << " too many, a deletion waited "
              << r.longest_removal_ms / 1000 << " s at most), " << r.crashes << " crashes, " << r.lasted_ms / 60'000
              << " min, digest " << hex(r.digest) << "\n";
    for (const violation& v : r.violations) std::cout << name(v.kind) << " at " << v.at << " ms: " << v.text << "\n";
    if (!r.violations.empty()) std::cout << "again: " << again(o) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Runs slipway's engine in a simulated world with seeded faults.", "slipway-simulate");
    scenario_options o;
    std::uint64_t seeds = 1;
    double seconds = 0;
    bool shrinks = false;
    bool traces = false;
    bool timed = false;
    std::vector<std::string> only;
    const auto* seed =
        app.add_option("--seed", o.seed, "what is drawn; the same seed gives the same run")->capture_default_str();
    app.add_option("--seeds", seeds, "so many seeds, one after the other; prints those that break a rule")
        ->capture_default_str();
    app.add_option("--seconds", seconds,
                   "instead: as many seeds as fit into so much time, from --seed on or from one that is new each time")
        ->check(CLI::Range(0.1, 1e6));
    app.add_option("--streams", o.streams, "VMs in the run")->check(CLI::Range(1, 1'000'000))->capture_default_str();
    app.add_option("--hours", o.hours, "simulated hours with faults; the calm at the end comes on top")
        ->check(CLI::Range(0.01, 10'000.0))
        ->capture_default_str();
    app.add_option("--instances", o.instances,
                   "engines on one log, each on a computer of its own; they share the work by leases")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--only", only, "of the faults that the seed draws, only these kinds (none: no faults)")
        ->delimiter(',');
    app.add_flag("--shrink", shrinks, "looks for a smaller run that breaks the same rule");
    app.add_flag("--trace", traces, "prints every event as it is stored");
    app.add_flag("--time", timed, "prints the lives per second of processor time to stderr");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : wrong_usage;
    }
    if (!only.empty()) o.only.emplace();
    for (const std::string& text : only) {
        const auto f = fault_named(text);
        if (!f) {
            std::cerr << "slipway-simulate: --only " << text << ": there is no such fault\n";
            return wrong_usage;
        }
        if (*f != fault::none) o.only->insert(*f);
    }
    if (traces) o.trace = [](const std::string& line) { std::cout << line << "\n"; };

    int verdict = 0;
    std::uint64_t lives = 0;
    std::uint64_t broken = 0;
    const std::clock_t began = std::clock();
    if (seconds > 0 && seed->count() == 0) o.seed = std::random_device()();
    const std::uint64_t first = o.seed;
    const auto time_is_up = [ends = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds)] {
        return std::chrono::steady_clock::now() >= ends;
    };
    const bool many = seeds > 1 || seconds > 0;
    std::uint64_t i = 0;
    for (; seconds > 0 ? !time_is_up() : i < seeds; ++i) {
        o.seed = first + i;
        const auto r = run(o);
        lives += r.lives;
        print(o, r, many);
        if (r.violations.empty()) continue;
        ++broken;
        if (verdict == 0) verdict = static_cast<int>(r.violations.front().kind);
        if (!shrinks) continue;
        const auto smaller =
            shrink(o, r.violations.front().kind, [](const std::string& t) { std::cout << "  " << t << "\n"; });
        print(smaller, run(smaller), false);
    }
    if (many)
        std::cout << i << " seeds from " << first << " on, " << lives << " lives, " << broken << " broke a rule\n";
    if (timed) {
        const double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
        std::cerr << static_cast<std::uint64_t>(static_cast<double>(lives) / took)
                  << " lives per second of processor time\n";
    }
    return verdict;
}
