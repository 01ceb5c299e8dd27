// The smallest machine: a turnstile that wants a coin. Ends with 0 if it behaved as the comments say.
#include "sml/sm.hpp"

namespace {

struct coin {
    int cents;
};
struct push {};
struct close_down {};

const auto is_enough = [](const coin& c) { return c.cents >= 50; };
const auto count_guest = [](int& guests) { ++guests; };

struct turnstile {
    auto operator()() const {
        using namespace sml;
        // clang-format off
        return make_transition_table(
           *"locked"_s + event<coin> [ is_enough ]   = "open"_s,
            "open"_s   + event<push> / count_guest   = "locked"_s,
            "locked"_s + event<close_down>           = X);
        // clang-format on
    }
};

}  // namespace

int main() {
    using namespace sml;
    int guests = 0;
    sm<turnstile> machine{guests};

    bool ok = machine.is("locked"_s);
    ok = ok && !machine.process_event(push{});    // no row for it here
    ok = ok && !machine.process_event(coin{20});  // the guard says no
    ok = ok && machine.process_event(coin{50}) && machine.is("open"_s);
    ok = ok && machine.process_event(push{}) && machine.is("locked"_s) && guests == 1;
    ok = ok && machine.process_event(close_down{}) && machine.is(X);
    return ok ? 0 : 1;
}
