#include "tools/slipway-bench/parts.hpp"

#include "adapters/composition/freed_memory.hpp"
#include "tools/slipway-bench/bench_process.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <iostream>
#include <stdexcept>

namespace slipway::bench {

namespace {

std::string told() {
    std::string line;
    std::getline(std::cin, line);
    return line;
}

}  // namespace

std::vector<nlohmann::json> run_parts(const std::string& name, const std::vector<nlohmann::json>& orders) {
    std::signal(SIGPIPE, SIG_IGN);  // one that has died says so by its silence
    std::vector<bench_process> children;
    for (const nlohmann::json& one : orders) {
        children.emplace_back(bench_process::program{"/proc/self/exe", {"--part=" + name}});
        children.back().tell(one.dump());
    }
    for (bench_process& one : children)
        if (one.line() != "ready") throw std::runtime_error("a part of " + name + " did not begin (what it said is above)");
    for (bench_process& one : children) one.tell("go");
    std::vector<nlohmann::json> reports;
    for (bench_process& one : children) {
        const std::string line = one.line();
        if (!one.ends_well()) throw std::runtime_error("a part of " + name + " did not come to its end");
        reports.push_back(nlohmann::json::parse(line));
    }
    return reports;
}

void be_part(part what) {
    composition::keep_freed_memory();  // as slipwayd does
    const auto orders = nlohmann::json::parse(told());
    const nlohmann::json report = what(orders, [] {
        std::cout << "ready" << std::endl;
        if (told() != "go") throw std::runtime_error("nobody waits for this part any more");
    });
    std::cout << report.dump() << std::endl;
}

}  // namespace slipway::bench
