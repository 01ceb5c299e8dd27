// make_event_log PATH EVENTS: a large log to measure slipway-log with.
#include "tests/tools/slipway-log/fill_log.hpp"

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
    using namespace slipway;
    if (argc != 3) {
        std::cerr << "usage: make_event_log PATH EVENTS\n";
        return 2;
    }
    auto log = sqlite::writer::open({argv[1], "make_event_log", false});
    if (!log) {
        std::cerr << log.error().message << '\n';
        return 1;
    }
    std::cout << test::fill_log(*log, std::strtoull(argv[2], nullptr, 10)) << " events\n";
}
