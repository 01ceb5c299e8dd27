// One VM's life with a fault at every place where one can be, then with two, then with an end at every moment; and a
// contract's, which ends by its own clock: whatever happens, a clean slate is reached once the faults are over. Not
// sampled: enumerated.
#include "tests/engine/one_engine.hpp"

#include <algorithm>
#include <set>

using namespace slipway;
using namespace slipway::test;

namespace {

using plan = std::map<std::size_t, fault>;

struct outcome {
    std::vector<site> calls;
    std::size_t events = 0;
    std::string trouble;  // empty: a clean slate
};

std::string describe(const plan& faults, const std::vector<site>& calls, std::size_t end_after) {
    std::string text;
    for (const auto& [n, f] : faults) {
        text += text.empty() ? "" : ", ";
        text += std::string(name(f)) + " at call " + std::to_string(n);
        if (n < calls.size()) text += " (" + std::string(name(calls[n])) + ")";
    }
    if (end_after > 0) text += ", ended after event " + std::to_string(end_after);
    return text;
}

class life {
public:
    life(const plan& faults, std::size_t end_after) : u_(7), rules_(u_), host_(u_, rules_), end_after_(end_after) {
        faults_.at = faults;
        u_.faults = &faults_;
        host_.start();
    }

    outcome live() {
        ask("request", [&] { return submission{request_vm{spec_named("web1"), "alice"}, {}, "cli:alice", "request"}; });
        if (!stream_.text.empty()) {
            const auto far_enough = [&] {
                const vm_state& s = host_.state(stream_);
                return end_after_ > 0 ? s.version >= end_after_ || !wants(s) : !wants(s);
            };
            host_.run_until(far_enough, 4h);
            end("end");
            host_.run_until([&] { return !wants(host_.state(stream_)); }, 4h);
        }
        return clear_up();
    }

    // Nobody asks for the end: it comes by itself. The marketplace says the contract twice, in the beginning and when
    // all is over.
    outcome live_by_contract() {
        accept("accept");
        const stream_id first = stream_;
        accept("again");
        const auto at_rest = [&] { return !wants(host_.state(stream_)) && !expiry(host_.state(stream_)); };
        host_.run_until(at_rest, 8h);
        const vm_state& s = host_.state(stream_);
        if (s.in("active")) rules_.report(violation_kind::outlived, "the contract is active after its time");
        if (!s.data.host_keys.empty() && s.data.end_reason != "expired")
            rules_.report(violation_kind::stuck, "the contract was active and has not expired");
        accept("late");
        if (first != stream_) rules_.report(violation_kind::accepted_twice, "one contract is two streams");
        return clear_up();
    }

private:
    outcome clear_up() {
        outcome out;
        out.calls = faults_.calls;
        // The faults are over; what they left behind is ended once more.
        faults_.at.clear();
        for (int i = 0; i < 3 && !over(); ++i) {
            host_.run_until([&] { return !wants(host_.state(stream_)); }, 4h);
            if (!over()) end("again" + std::to_string(i));
        }
        host_.run_until([&] { return over(); }, 4h);
        host_.run_for(5min);
        rules_.nothing_left();
        out.events = u_.log.records().size();
        for (const violation& v : rules_.found()) out.trouble += std::string(name(v.kind)) + ": " + v.text + "; ";
        return out;
    }

    bool over() const {
        const vm_state& s = host_.state(stream_);
        return s.in("terminated") || (s.in("failed") && s.data.leaked.empty());
    }
    // As a caller does who wants an answer: the same command again until there is one.
    template <class Make>
    void ask(const std::string& what, Make make) {
        for (int i = 0; i < 20; ++i) {
            if (!host_.running()) host_.run_until([&] { return host_.running(); }, 1min);
            const auto answer = host_.ask(make());
            if (answer && *answer) stream_ = (*answer)->stream;
            if (answer && (*answer || answer->error().kind == error_kind::refused)) return;
            host_.run_for(2s);
        }
        rules_.report(violation_kind::stuck, "nobody answers: " + what);
    }
    void accept(const std::string& id) {
        accept_contract order;
        order.contract.contract_id = "c-1";
        order.contract.offering = "small";
        order.contract.spec = spec_named("");
        order.contract.owner = "bob";
        order.contract.expires_at = expires_;
        ask(id, [&] { return submission{order, {}, "marketplace", id}; });
    }
    void end(const std::string& id) {
        ask(id, [&] { return submission{end_vm{"asked"}, stream_, "cli:alice", id}; });
    }

    universe u_;
    planned_faults faults_;
    invariants rules_;
    computer host_;
    std::size_t end_after_;
    const timestamp expires_ = u_.wall() + 2h;
    stream_id stream_;
};

outcome live(const plan& faults, std::size_t end_after = 0) {
    return life(faults, end_after).live();
}

outcome live_by_contract(const plan& faults) {
    return life(faults, 0).live_by_contract();
}

void require_clean(const outcome& o, const plan& faults, std::size_t end_after = 0) {
    if (!o.trouble.empty()) FAIL_CHECK(describe(faults, o.calls, end_after) << ": " << o.trouble);
}

// One of each sort: the process dies before or after, it fails, its answer is lost, it happens late.
std::vector<fault> sorts(site s) {
    std::vector<fault> some;
    for (const fault f : possible(s))
        for (const fault wanted :
             {fault::crash_before, fault::crash_after, fault::unavailable_log, fault::torn,
              fault::refused_by_server_error, fault::lost_reply, fault::late, fault::refuses, fault::closes})
            if (f == wanted) some.push_back(f);
    return some;
}

}  // namespace

TEST_CASE("every fault at every call of a life") {
    const outcome quiet = live({});
    REQUIRE(quiet.trouble.empty());
    REQUIRE(quiet.calls.size() > 30);
    std::size_t lives = 0;
    for (std::size_t n = 0; n < quiet.calls.size(); ++n)
        for (const fault f : possible(quiet.calls[n])) {
            const plan faults{{n, f}};
            require_clean(live(faults), faults);
            ++lives;
        }
    CHECK(lives == 241);
}

TEST_CASE("every fault at every call of a contract that ends by its own clock") {
    const outcome quiet = live_by_contract({});
    REQUIRE(quiet.trouble.empty());
    for (std::size_t n = 0; n < quiet.calls.size(); ++n)
        for (const fault f : possible(quiet.calls[n])) {
            const plan faults{{n, f}};
            require_clean(live_by_contract(faults), faults);
        }
}

TEST_CASE("every effect carried out twice") {
    const outcome quiet = live({});
    plan all;
    for (std::size_t n = 0; n < quiet.calls.size(); ++n) {
        const auto can = possible(quiet.calls[n]);
        if (std::find(can.begin(), can.end(), fault::repeated) == can.end()) continue;
        const plan one{{n, fault::repeated}};
        require_clean(live(one), one);
        all.insert(*one.begin());
    }
    CHECK(all.size() >= 7);
    require_clean(live(all), all);
}

TEST_CASE("an end after every event, alone and with every sort of fault before it") {
    const outcome quiet = live({});
    for (std::size_t n = 1; n <= 13; ++n) {
        require_clean(live({}, n), {}, n);
        for (std::size_t at = 0; at < quiet.calls.size(); ++at)
            for (const fault f : sorts(quiet.calls[at])) {
                const plan faults{{at, f}};
                require_clean(live(faults, n), faults, n);
            }
    }
}

TEST_CASE("every two faults at every two calls of a life", "[pairs]") {
    const outcome quiet = live({});
    for (std::size_t n = 0; n < quiet.calls.size(); ++n)
        for (const fault f : sorts(quiet.calls[n])) {
            // The calls after the first fault are those of the life as it went on from there.
            const outcome once = live({{n, f}});
            for (std::size_t m = n + 1; m < once.calls.size(); ++m)
                for (const fault g : sorts(once.calls[m])) {
                    const plan faults{{n, f}, {m, g}};
                    require_clean(live(faults), faults);
                }
        }
}
