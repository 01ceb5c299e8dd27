// A table far larger than any real one must still compile, within the constant-evaluation limits that the
// compilers have by default: 80 states, 120 rows, 20 events, and 1,480 refusals for the rest of the matrix.
#include "check.hpp"

#include "sml/sml.hpp"

namespace {

constexpr std::size_t states = 80, kinds = 20;

template <std::size_t I>
constexpr auto numbered(char letter) {
    sml::text<4> name;
    name.chars[0] = letter;
    name.chars[1] = '0' + I / 10;
    name.chars[2] = '0' + I % 10;
    return name;
}
template <std::size_t I>
constexpr sml::text<4> state_text = numbered<I>('s');
template <std::size_t I>
constexpr sml::text<4> event_text = numbered<I>('e');

template <std::size_t I>
inline constexpr auto st = sml::state<sml::literal<state_text<I>>>;

template <std::size_t I>
struct kind {
    static constexpr std::string_view name = event_text<I>.view();
};

// Event I % 20 leads from state I to the next; from 41 of the states event (I + 1) % 20 jumps ahead.
constexpr bool jumps(std::size_t i) {
    return i % 2 == 0 || i == 1;
}

struct counter {
    int steps = 0;
};
inline constexpr auto count = sml::action<"count">([](counter& d) { ++d.steps; });

template <std::size_t... K>
sml::events<kind<K>...> list(std::index_sequence<K...>);

template <std::size_t I>
constexpr auto next() {
    using sml::event;
    if constexpr (I == 0)
        return *st<I> + event<kind<I % kinds>> / count = st<I + 1>;
    else
        return st<I> + event<kind<I % kinds>> / count = st<I + 1>;
}

template <std::size_t I>
constexpr auto jump() {
    using sml::event;
    if constexpr (jumps(I))
        return st<I> + event<kind<(I + 1) % kinds>> = st<(I + 7 < states ? I + 7 : states - 1)>;
    else
        return sml::rows();
}

template <std::size_t I, std::size_t... K>
constexpr auto refuse(std::index_sequence<K...>) {
    return st<I> + sml::refused<kind<(I + kinds - sizeof...(K) + K) % kinds>...>;
}
template <std::size_t I>
constexpr auto refuse() {
    constexpr std::size_t used = I + 1 == states ? 0 : jumps(I) ? 2 : 1;
    return refuse<I>(std::make_index_sequence<kinds - used>{});
}

template <std::size_t... I>
constexpr auto all(std::index_sequence<I...>) {
    return sml::make_transition_table(sml::rows(next<I>()...), sml::rows(jump<I>()...), sml::rows(refuse<I>()...),
                                      refuse<states - 1>());
}

struct table {
    using data = counter;
    using events = decltype(list(std::make_index_sequence<kinds>{}));
    using terminal = sml::state_names<"s79">;
    constexpr auto operator()() const { return all(std::make_index_sequence<states - 1>{}); }
};
using big = sml::machine<table>;
static_assert(big::states.size() == states && big::rows.size() == 120);
static_assert(big::refusals.size() == states * kinds - 120);
static_assert(big::fingerprint != 0);

// Steps by an event whose number is only known at run time.
template <std::size_t... K>
sml::verdict step(big::state& s, counter& d, std::size_t event, std::index_sequence<K...>) {
    sml::verdict v;
    (void)((K == event && (v = big::step(s, d, kind<K>{}), true)) || ...);
    return v;
}

}  // namespace

int main() {
    big::state s;
    counter d;
    for (std::size_t i = 0; i + 1 < states; ++i) {
        CHECK(!step(s, d, (i + 5) % kinds, std::make_index_sequence<kinds>{}).taken());
        CHECK(step(s, d, i % kinds, std::make_index_sequence<kinds>{}).what == sml::outcome::moved);
    }
    CHECK(big::is_terminal(s) && d.steps == 79);
    return checks_failed;
}
