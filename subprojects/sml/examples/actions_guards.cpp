// What can be a guard or an action, how they combine, and how they get what they need by type.
#include "sml/sm.hpp"

namespace {

struct order {
    int pieces;
};
struct pay {};
struct ship {};

struct stock {
    int pieces = 10;
};
struct ledger {
    int paid = 0, shipped = 0, entries = 0;
};

// a lambda, a generic one, a function and a function object
const auto in_stock = [](const order& o, const stock& s) { return o.pieces <= s.pieces; };
const auto is_huge = [](const auto& o) { return o.pieces > 1000; };
bool is_sensible(const order& o) {
    return o.pieces > 0;
}

struct take {
    void operator()(const order& o, stock& s) const { s.pieces -= o.pieces; }
};
const auto enter = [](ledger& l) { ++l.entries; };

struct shop {
    auto operator()() const {
        using namespace sml;
        // clang-format off
        return make_transition_table(
           *"open"_s  + event<order> [ in_stock && is_sensible && !is_huge ] / (take{}, enter) = "taken"_s,
            "open"_s  + event<order> [ is_huge || !in_stock ] / enter                          = "refused"_s,
            "taken"_s + event<pay>   / ([](ledger& l) { ++l.paid; }, enter)                    = "paid"_s,
            "paid"_s  + event<ship>  / [this](ledger& l) { note(l); }                          = X);
        // clang-format on
    }
    void note(ledger& l) const { ++l.shipped; }
};

}  // namespace

int main() {
    using namespace sml;
    ledger books;
    sm<shop> machine{books, stock{}};  // in any order; the temporary is kept by the machine
    bool ok = !machine.process_event(order{0}) && machine.is("open"_s);
    ok = ok && machine.process_event(order{4}) && machine.is("taken"_s);
    ok = ok && machine.process_event(pay{}) && machine.process_event(ship{}) && machine.is(X);

    sm<shop> another{books, stock{}};
    ok = ok && another.process_event(order{11}) && another.is("refused"_s);
    return ok && books.paid == 1 && books.shipped == 1 && books.entries == 3 ? 0 : 1;
}
