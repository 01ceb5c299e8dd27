// A checked machine and its log: decide with step, keep what was taken, replay with the same step.
#include "sml/sml.hpp"

#include <cstdio>
#include <variant>
#include <vector>

namespace {

// ---- events: plain values with a name that is stored

struct opened {
    static constexpr std::string_view name = "opened";
};
struct paid {
    static constexpr std::string_view name = "paid";
    int amount = 0;
};
struct payment_failed {
    static constexpr std::string_view name = "payment_failed";
};
struct closed {
    static constexpr std::string_view name = "closed";
};
using any_event = std::variant<opened, paid, payment_failed, closed>;

struct account {
    int balance = 0;
    int failures = 0;
};

// ---- guards and actions: pure functions with a name that is shown

inline constexpr auto add = sml::action<"add">([](account& a, const paid& e) { a.balance += e.amount; });
inline constexpr auto count = sml::action<"count">([](account& a) { ++a.failures; });
inline constexpr auto first_two = sml::guard<"first_two">([](const account& a) { return a.failures < 2; });
inline constexpr auto is_empty = sml::guard<"is_empty">([](const account& a) { return a.balance == 0; });

struct table {
    using data = account;
    using events = sml::events<opened, paid, payment_failed, closed>;
    using terminal = sml::state_names<"closed", "blocked">;
    using renamed = sml::renames<sml::was<"live", "open">>;

    constexpr auto operator()() const {
        using namespace sml;
        // clang-format off
        return make_transition_table(
           *"new"_s  + event<opened>                             = "open"_s,
            "open"_s + event<paid>           / add,
            "open"_s + event<payment_failed> [ first_two ] / count,
            "open"_s + event<payment_failed>                     = "blocked"_s,
            "open"_s + event<closed>         [ is_empty ]        = "closed"_s,

            "new"_s     + refused<paid, payment_failed, closed>,
            "open"_s    + refused<opened>,
            "closed"_s  + refused<events>,
            "blocked"_s + refused<events>);
        // clang-format on
    }
};
using accounts = sml::machine<table>;

// The one function for deciding, replaying and testing.
sml::verdict evolve(accounts::state& s, account& a, const any_event& e) {
    return std::visit([&](const auto& known) { return accounts::step(s, a, known); }, e);
}

}  // namespace

int main() {
    accounts::state state;
    account data;
    std::vector<any_event> log;
    int guarded = 0, refused = 0;
    for (const any_event& e :
         std::vector<any_event>{opened{}, paid{5}, closed{}, opened{}, paid{-5}, closed{}, paid{1}}) {
        const sml::verdict v = evolve(state, data, e);
        if (v.taken()) log.push_back(e);
        guarded += v.what == sml::outcome::guarded;  // "not now": v.row says which row's guard
        refused += v.refused;                        // "never here": the table says so
    }

    accounts::state replayed;
    account again;
    for (const any_event& e : log) evolve(replayed, again, e);

    const bool ok = accounts::name(state) == "closed" && guarded == 1 && refused == 2 && log.size() == 4 &&
                    replayed == state && again.balance == data.balance &&
                    accounts::find("live") == accounts::at<"open">;
    if (!ok) std::fputs(sml::mermaid<accounts>().c_str(), stderr);
    return ok ? 0 : 1;
}
