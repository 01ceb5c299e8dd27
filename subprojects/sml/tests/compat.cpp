// A file in the form that is written for Boost.SML: its include and namespace alias, and names at global
// scope (guard, action) that must not meet ours.
#include <boost/sml.hpp>

#include "check.hpp"

namespace sml = boost::sml;

struct e1 {};
struct e2 {};
struct e3 {};

int guards = 0, actions = 0;
auto guard = [] {
    ++guards;
    return true;
};
auto action = [] { ++actions; };

struct plain {
    auto operator()() const noexcept {
        using namespace sml;
        // clang-format off
        return make_transition_table(
           *"idle"_s + event<e1> = "s1"_s
          , "s1"_s + event<e2> [ guard && !(!guard) ] / (action, [] { ++actions; }) = "s2"_s
          , "s2"_s + event<e3> / [] { ++actions; } = X
        );
        // clang-format on
    }
};

int main() {
    sml::sm<plain> sm;
    using namespace sml;
    CHECK(sm.is("idle"_s));
    CHECK(sm.process_event(e1{}) && sm.is("s1"_s));
    CHECK(sm.process_event(e2{}) && sm.is("s2"_s) && guards == 2 && actions == 2);
    CHECK(sm.process_event(e3{}) && sm.is(X) && actions == 3);
    return checks_failed;
}
