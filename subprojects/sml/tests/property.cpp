// Random lives, compared with a second, naive interpreter that knows only the rows as data.
//
// After every event: same answer, same state, same data. At the end of every life: replaying only the events
// that were taken gives the same state and data, also when restored by name halfway. Every row must have
// been taken and every refusal met, so a row that nobody can take fails here. `property SEED` repeats a run.
#include "check.hpp"
#include "vm_table.hpp"

#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace vm_test;
using sml::outcome;
using any_event = std::variant<key_created, server_created, ssh_ready, step_failed, cleaned_up, cancelled>;

namespace {

std::string_view name_of(const any_event& event) {
    return std::visit([](const auto& e) { return std::string_view(e.name); }, event);
}

// ---- the naive interpreter: names in, no types

bool agrees(std::string_view guard, const life& l, const any_event& event) {
    const bool tries_left = l.tries < 3;
    const auto* failed = std::get_if<step_failed>(&event);
    const auto* cleaned = std::get_if<cleaned_up>(&event);
    if (guard.empty()) return true;
    if (guard == "tries_left") return tries_left;
    if (guard == "tries_left && !is_final") return tries_left && !failed->final;
    if (guard == "!tries_left || ?") return !tries_left || cleaned->leaked;
    std::fprintf(stderr, "no guard %s\n", std::string(guard).c_str());
    std::abort();
}

void apply(std::string_view action, life& l, const any_event& event) {
    if (const auto comma = action.find(", "); comma != action.npos) {
        apply(action.substr(0, comma), l, event);
        apply(action.substr(comma + 2), l, event);
    } else if (action == "keep_key") {
        l.key = std::get<key_created>(event).id;
    } else if (action == "keep_server") {
        l.server = std::get<server_created>(event).id;
    } else if (action == "keep_leak") {
        l.leaked = std::get<cleaned_up>(event).leaked;
    } else if (action == "plan_retry") {
        l.tries += 1;
    } else if (action == "forget_tries") {
        l.tries = 0;
    } else if (!action.empty()) {
        std::fprintf(stderr, "no action %s\n", std::string(action).c_str());
        std::abort();
    }
}

struct naive {
    std::string state = "accepted";
    life l;

    sml::verdict step(const any_event& event) {
        sml::verdict v;
        for (std::size_t i = 0; i < vm::rows.size(); ++i) {
            const auto& row = vm::rows[i];
            if (row.from != state || row.event != name_of(event)) continue;
            v.row = static_cast<int>(i);
            v.what = outcome::guarded;
            if (!agrees(row.guard, l, event)) continue;
            apply(row.action, l, event);
            v.what = row.to == state ? outcome::stayed : outcome::moved;
            state = row.to;
            return v;
        }
        for (const auto& refusal : vm::refusals)
            if (refusal.from == state && refusal.event == name_of(event)) v.refused = v.what == outcome::no_row;
        return v;
    }
};

// ---- the run

sml::verdict step(vm::state& s, life& l, const any_event& event) {
    return std::visit([&](const auto& e) { return vm::step(s, l, e); }, event);
}

any_event draw(std::mt19937_64& random) {
    const auto n = static_cast<int>(random() % 1000);
    switch (random() % 6) {
        case 0: return key_created{n};
        case 1: return server_created{n};
        case 2: return ssh_ready{};
        case 3: return step_failed{n % 4 == 0};
        case 4: return cleaned_up{n % 2 == 0};
        default: return cancelled{};
    }
}

struct met {
    std::set<int> rows, guarded;
    std::set<std::string> refusals;
};

void one_life(std::mt19937_64& random, met& seen) {
    vm::state s;
    life l;
    naive model;
    std::vector<any_event> log;
    for (int i = 0; i < 40; ++i) {
        const any_event event = draw(random);
        const std::string before(vm::name(s));
        const sml::verdict v = step(s, l, event), expected = model.step(event);
        CHECK(v.what == expected.what && v.row == expected.row && v.refused == expected.refused);
        CHECK(vm::name(s) == model.state && l == model.l);
        CHECK(v.taken() || vm::name(s) == before);
        if (v.taken()) log.push_back(event), seen.rows.insert(v.row);
        if (v.what == outcome::guarded) seen.guarded.insert(v.row);
        if (v.refused) seen.refusals.insert(before + " + " + std::string(name_of(event)));
    }

    vm::state replayed;
    life again;
    const std::size_t halfway = log.empty() ? 0 : random() % log.size();
    for (std::size_t i = 0; i < log.size(); ++i) {
        if (i == halfway) replayed = vm::find(vm::name(replayed)).value();
        CHECK(step(replayed, again, log[i]).taken());
    }
    CHECK(replayed == s && again == l);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20240229;
    std::mt19937_64 random(seed);
    met seen;
    for (int i = 0; i < 5000 && checks_failed == 0; ++i) one_life(random, seen);
    CHECK(seen.rows.size() == vm::rows.size());
    CHECK(seen.refusals.size() == vm::refusals.size());
    CHECK(seen.guarded.size() == 1);  // only terminating + step_failed has no row without a guard
    if (checks_failed != 0) std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
    return checks_failed;
}
