#include "tests/tools/slipway-log/fill_log.hpp"

#include "tools/slipway-bench/vm_life.hpp"

#include <stdexcept>
#include <vector>

namespace slipway::test {

namespace {

constexpr std::size_t at_a_time = 500;

}  // namespace

std::uint64_t fill_log(sqlite::writer& log, std::uint64_t events) {
    std::uint64_t written = 0, number = 0;
    std::vector<bench::vm_life> alive;
    for (;;) {
        while (alive.size() < at_a_time && written < events) alive.emplace_back(++number);
        std::vector<append_request> batch;
        for (bench::vm_life& vm : alive) batch.push_back(vm.next());
        if (batch.empty()) return written;
        for (const append_request& one : batch) written += one.events.size();
        for (const auto& stored : log.append(std::move(batch)))
            if (!stored) throw std::runtime_error(stored.error().message);
        std::erase_if(alive, [](const bench::vm_life& vm) { return vm.over(); });
    }
}

}  // namespace slipway::test
