// What sml::sm promises beyond the examples: dependencies, copies, exceptions, unknown events.
#include "check.hpp"

#include "sml/sml.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace {

struct go {};
struct back {};
struct unheard_of {};

// ---- dependencies

struct clock_port {
    virtual ~clock_port() = default;
    virtual int now() const = 0;
};
struct fixed_clock : clock_port {
    int now() const override { return 7; }
};
struct only_moved {
    std::unique_ptr<int> n;
};

void by_function(const go&, double& d) {
    d += 1;
}

struct asking {
    auto operator()() const {
        using namespace sml;
        const auto read = [](const clock_port& c, std::string& s) { s += std::to_string(c.now()); };
        const auto take = [](only_moved& m, const int i) { *m.n += i; };
        return make_transition_table(*"a"_s + event<go> / (read, take, by_function) = "b"_s,
                                     "b"_s + event<back>[([](const double& d) { return d > 1; })] = "a"_s);
    }
};

void dependencies_come_by_type() {
    std::string said;
    double d = 0;
    const fixed_clock clock;
    auto number = std::make_unique<int>(1);
    int* const kept = number.get();
    sml::sm<asking> machine{41, clock, said, only_moved{std::move(number)}, d, "not asked for"};
    CHECK(machine.process_event(go{}) && said == "7" && d == 1 && *kept == 42);
    CHECK(!machine.process_event(back{}));  // d is read, not remembered
    d = 2;
    CHECK(machine.process_event(back{}));
}

// ---- a table that needs its T

struct counting {
    int by;
    int total = 0;
    explicit counting(int n) : by(n) {}
    auto operator()() {
        using namespace sml;
        return make_transition_table(*"a"_s + event<go> / [this](int& out) { out = total += by; });
    }
};

void copies_count_for_themselves() {
    int out = 0;
    sml::sm<counting> one{counting{10}, out};
    CHECK(one.process_event(go{}) && out == 10);
    sml::sm<counting> two{one};
    CHECK(two.process_event(go{}) && out == 20);
    CHECK(two.process_event(go{}) && out == 30);
    CHECK(one.process_event(go{}) && out == 20);
}

// ---- exceptions and unknown events

struct throwing {
    auto operator()() const {
        using namespace sml;
        const auto fail = [](bool& on) {
            if (on) throw std::runtime_error("action");
        };
        return make_transition_table(*"a"_s + event<go> / fail = "b"_s);
    }
};

void a_throwing_action_leaves_the_state() {
    using namespace sml::literals;
    bool on = true;
    sml::sm<throwing> machine{on};
    bool caught = false;
    try {
        machine.process_event(go{});
    } catch (const std::runtime_error&) {
        caught = true;
    }
    CHECK(caught && machine.is("a"_s));
    on = false;
    CHECK(machine.process_event(go{}) && machine.is("b"_s));
    CHECK(!machine.process_event(go{}) && !machine.process_event(unheard_of{}) && machine.is("b"_s));
}

// ---- the first row that agrees wins; a function object may change itself; named ones work too

struct self_counting {
    int n = 0;
    bool operator()() { return ++n > 2; }
};
struct in_order {
    auto operator()() const {
        using namespace sml;
        constexpr auto named = sml::action<"named">([](const go&, int& i) { ++i; });
        return make_transition_table(*"a"_s + event<go>[self_counting{}] / named = "b"_s,
                                     "a"_s + event<go> / named);
    }
};

void rows_are_tried_in_order() {
    using namespace sml::literals;
    int i = 0;
    sml::sm<in_order> machine{i};
    CHECK(machine.process_event(go{}) && machine.process_event(go{}) && machine.is("a"_s));
    CHECK(machine.process_event(go{}) && machine.is("b"_s) && i == 3);
    CHECK(sml::sm<in_order>{machine}.is("b"_s));
}

}  // namespace

int main() {
    dependencies_come_by_type();
    copies_count_for_themselves();
    a_throwing_action_leaves_the_state();
    rows_are_tried_in_order();
    return checks_failed;
}
