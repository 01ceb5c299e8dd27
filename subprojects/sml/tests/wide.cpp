// As many states as a table may have, and more parts in one make_transition_table than a fold expression may have
// operands in clang: for the machine and for the facade.
#include "check.hpp"

#include "sml/sml.hpp"

namespace {

constexpr std::size_t states = 254, jumps = 60;

template <std::size_t I>
constexpr auto numbered() {
    sml::text<5> name;
    name.chars[0] = 's';
    name.chars[1] = '0' + I / 100;
    name.chars[2] = '0' + I / 10 % 10;
    name.chars[3] = '0' + I % 10;
    return name;
}
template <std::size_t I>
constexpr sml::text<5> state_text = numbered<I>();
template <std::size_t I>
inline constexpr auto st = sml::state<sml::literal<state_text<I>>>;

struct next {
    static constexpr std::string_view name = "next";
};
struct stop {
    static constexpr std::string_view name = "stop";
};

template <std::size_t I, class Action>
constexpr auto row(Action count) {
    using sml::event;
    if constexpr (I == 0)
        return *st<I> + event<next> / count = st<I + 1>;
    else
        return st<I> + event<next> / count = st<I + 1>;
}

template <class Action, std::size_t... I, std::size_t... J>
constexpr auto all(Action count, std::index_sequence<I...>, std::index_sequence<J...>) {
    using namespace sml;
    return make_transition_table(row<I>(count)..., (st<J> + event<stop> = st<states - 1>)...,
                                 st<states - 1> + refused<next>, event<stop> + refused_elsewhere);
}

struct counter {
    int steps = 0;
};
struct table {
    using data = counter;
    using events = sml::events<next, stop>;
    using terminal = sml::state_names<"s253">;
    constexpr auto operator()() const {
        return all(sml::action<"count">([](counter& d) { ++d.steps; }), std::make_index_sequence<states - 1>{},
                   std::make_index_sequence<jumps>{});
    }
};
using wide = sml::machine<table>;
static_assert(wide::states.size() == states && wide::rows.size() == states - 1 + jumps);

struct plain {
    auto operator()() const {
        const auto count = [](int& n, const double& step) { n += static_cast<int>(step); };
        return all(count, std::make_index_sequence<states - 1>{}, std::make_index_sequence<jumps>{});
    }
};

}  // namespace

int main() {
    wide::state s;
    counter d;
    for (std::size_t i = 0; i + 1 < states; ++i) CHECK(wide::step(s, d, next{}).taken());
    CHECK(wide::is_terminal(s) && d.steps == 253);
    wide::state late = wide::at<"s059">;
    CHECK(wide::step(late, d, stop{}).taken() && wide::is_terminal(late));
    wide::state refusing = wide::at<"s060">;
    CHECK(wide::step(refusing, d, stop{}).refused);

    int n = 0;
    const double step = 2;
    sml::sm<plain> machine{n, step};
    for (std::size_t i = 0; i + 1 < states; ++i) CHECK(machine.process_event(next{}));
    CHECK(machine.is(st<states - 1>) && n == 506);
    CHECK(!machine.process_event(next{}));
    return checks_failed;
}
