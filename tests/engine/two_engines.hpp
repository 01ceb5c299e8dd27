// Two engines on one log, each on a computer of its own, which share the work by leases. Looks after the invariants by
// itself: they are required to hold in the end.
#pragma once

#include "tests/engine/one_engine.hpp"

namespace slipway::test {

struct two_engines {
    explicit two_engines(std::uint64_t seed = 1) : u(seed), rules(u), one(u, rules), two(u, rules) {
        u.share();
        u.faults = &faults;
        one.start();
        two.start();
    }
    ~two_engines() {
        rules.requests_were_right();
        for (const violation& v : rules.found()) UNSCOPED_INFO(name(v.kind) << " at " << v.at << " ms: " << v.text);
        CHECK(rules.found().empty());
    }

    static submission order(const std::string& name, const std::string& command) {
        return {request_vm{spec_named(name), "alice"}, {}, "cli:alice", command};
    }
    stream_id request(computer& where, const std::string& name) {
        const auto answer = where.ask(order(name, "make " + name));
        REQUIRE(answer.has_value());
        REQUIRE(answer->has_value());
        return (*answer)->stream;
    }
    const vm_state& state(const stream_id& stream) const { return rules.states().at(stream); }
    std::size_t events(const stream_id& stream) const { return u.log.read_stream(stream, 0).size(); }
    bool run_until_at_rest(const stream_id& stream, milliseconds at_most = 30min) {
        return one.run_until([&] { return !wants(state(stream)); }, at_most);
    }
    // Active by now; and gone without a trace when that is asked for.
    void lives_and_ends(const stream_id& stream) {
        REQUIRE(run_until_at_rest(stream, 2h));
        CHECK(state(stream).in("active"));
        computer& there = one.reachable() ? one : two;
        REQUIRE(there.ask({end_vm{"asked"}, stream, "cli:alice", "end"}).has_value());
        REQUIRE(run_until_at_rest(stream, 2h));
        CHECK(state(stream).in("terminated"));
        one.run_for(10min);
        rules.nothing_left();
    }
    // Somebody else holds it for the next 90 s, and the engine that did has yet to hear of it.
    void steal(const std::string& name) {
        REQUIRE(u.leases.claim(name, "somebody else", u.store_now() + 2 * lease_model::duration.count()));
        u.store_jumped = true;  // it looks like that: what is on its way meanwhile is no fault of the engine's
    }
    int steps(const stream_id& stream, step which) const {
        int n = 0;
        for (const event_record& r : u.log.read_stream(stream, 0)) {
            const event e = *decode(r.type, r.schema_version, r.data);
            const auto* started = std::get_if<step_started>(&e);
            n += started && started->step == which;
        }
        return n;
    }

    universe u;
    planned_faults faults;
    invariants rules;
    computer one, two;
};

inline std::size_t calls_of_a_life() {
    two_engines t;
    t.run_until_at_rest(t.request(t.one, "web1"));
    return t.faults.calls.size();
}

}  // namespace slipway::test
