// States named by text and by type, and asking for the current one.
#include "sml/sm.hpp"

#include <string>

namespace {

struct next {};
struct asleep;  // never defined: only its name matters
struct awake {
    static constexpr std::string_view name = "awake";  // shown instead of the type's name
};

struct states {
    auto operator()() const {
        using namespace sml;
        const auto nap = state<asleep>;
        // clang-format off
        return make_transition_table(
           *nap          + event<next> = state<awake>,
            state<awake> + event<next> = "at work"_s,
            "at work"_s  + event<next> = X);
        // clang-format on
    }
};

}  // namespace

int main() {
    sml::sm<states> machine;
    std::string seen;
    const auto look = [&] { machine.visit_current_states([&](auto s) { seen += s.c_str() + std::string(";"); }); };
    bool ok = machine.is(sml::state<asleep>);
    while (machine.process_event(next{})) look();
    ok = ok && machine.is(sml::X);
    return ok && seen == "awake;at work;terminate;" ? 0 : 1;
}
