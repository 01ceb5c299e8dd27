// Three kinds of rows: to another state, to the same state, and internal; written postfix and prefix.
#include "sml/sm.hpp"

#include <string>

namespace {

struct start {};
struct again {};
struct tick {};
struct stop {};

struct transitions {
    auto operator()() const {
        using namespace sml;
        const auto write = [](char c) { return [c](std::string& log) { log += c; }; };
        // clang-format off
        return make_transition_table(
           *"idle"_s    + event<start> / write('s') = "running"_s,
            "running"_s + event<again> / write('a') = "running"_s,     // leaves and comes back
            "running"_s + event<tick>  / write('t'),                   // internal: never leaves
            "idle"_s   <= "running"_s + event<stop> / write('x'));     // the destination in front
        // clang-format on
    }
};

}  // namespace

int main() {
    using namespace sml;
    std::string log;
    sm<transitions> machine{log};
    bool ok = machine.process_event(start{}) && machine.is("running"_s);
    ok = ok && machine.process_event(tick{}) && machine.process_event(again{}) && machine.is("running"_s);
    ok = ok && machine.process_event(stop{}) && machine.is("idle"_s);
    return ok && log == "stax" ? 0 : 1;
}
