// The budget under a clock that the test moves.
#include "engine/runtime/governor.hpp"

#include "adapters/hetzner/errors.hpp"
#include "tests/adapters/hetzner/fake_clock.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace slipway;
using namespace slipway::hetzner;
using namespace std::chrono_literals;

namespace {

net::http_headers headers(int limit, int remaining) {
    net::http_headers out;
    out.push_back(net::http_header{"RateLimit-Limit", std::to_string(limit)});
    out.push_back(net::http_header{"RateLimit-Remaining", std::to_string(remaining)});
    out.push_back(net::http_header{"RateLimit-Reset", "1999999999"});
    return out;
}

// Keeps the governor for as long as somebody waits in it, as a project does.
boost::asio::awaitable<void> admitted(std::shared_ptr<governor> budget, urgency kind) {
    co_await budget->admit(kind);
}

struct governor_fixture {
    test::fake_clock clock;
    std::shared_ptr<governor> shared = std::make_shared<governor>(clock);
    governor& budget = *shared;
    std::vector<std::string> order;  // who was admitted, with the seconds since the start
    std::chrono::milliseconds began = clock.steady();

    // Asks for admission under a name.
    void ask(urgency kind, const std::string& name) {
        boost::asio::co_spawn(clock.loop, admitted(shared, kind), [this, name](std::exception_ptr broken) {
            const auto seconds = (clock.steady() - began).count() / 1000.0;
            if (!broken) order.push_back(name + "@" + std::to_string(seconds).substr(0, 3));
        });
        clock.settle();
    }
    // One request goes through, and its answer says this.
    void learn(int limit, int remaining, int status = 200) {
        boost::asio::co_spawn(clock.loop, admitted(shared, urgency::removal), [](std::exception_ptr) {});
        clock.settle();
        budget.answered(budget_in(headers(limit, remaining), status));
    }
};

}  // namespace

TEST_CASE("a full bucket may be spent in a burst, down to the reserve") {
    governor_fixture f;
    for (int i = 0; i < 4000; ++i) f.ask(urgency::ordinary, "r");
    CHECK(f.order.size() == 3240);  // 3600 less a tenth
    CHECK(f.order.back() == "r@0.0");
}

TEST_CASE("at the reserve others go at the pace of the refill, first come first served; deletes go at once") {
    governor_fixture f;
    f.learn(3600, 361);
    for (const char* name : {"a", "b", "c", "d"}) f.ask(urgency::ordinary, name);
    f.ask(urgency::removal, "delete");
    CHECK(f.order == std::vector<std::string>{"a@0.0", "delete@0.0"});
    f.clock.advance(10s);
    // The delete took one of the reserve; that is made good at half the pace, then it goes on at the full one.
    CHECK(f.order == std::vector<std::string>{"a@0.0", "delete@0.0", "b@1.0", "c@3.0", "d@4.0"});
}

TEST_CASE("the reserve is there for deletes, down to the last request") {
    governor_fixture f;
    f.learn(3600, 300);
    for (int i = 0; i < 300; ++i) f.ask(urgency::removal, "d");
    CHECK(f.order.size() == 300);
    f.ask(urgency::removal, "late");
    CHECK(f.order.size() == 300);
    f.clock.advance(1s);
    CHECK(f.order.back() == "late@1.0");
}

TEST_CASE("below the reserve nobody starves, the slower the less is left, and the reserve comes back") {
    governor_fixture f;
    f.learn(3600, 180);
    for (const char* name : {"a", "b"}) f.ask(urgency::ordinary, name);
    f.clock.advance(30s);
    CHECK(f.order == std::vector<std::string>{"a@0.0", "b@4.0"});

    governor_fixture nearly_empty;
    nearly_empty.learn(3600, 10);
    for (int i = 0; i < 5; ++i) nearly_empty.ask(urgency::ordinary, std::to_string(i));
    nearly_empty.clock.advance(60s);
    CHECK(nearly_empty.order == std::vector<std::string>{"0@0.0", "1@10.", "2@20.", "3@30.", "4@40."});
    CHECK(std::abs(nearly_empty.budget.left() - (10 - 5 + 60)) < 1.5);
}

TEST_CASE("the wait is a second a request, however far away the reset is") {
    governor_fixture f;
    f.learn(3600, 0);
    f.ask(urgency::ordinary, "a");
    f.clock.advance(999ms);
    CHECK(f.order.empty());
    f.clock.advance(1ms);
    CHECK(f.order.size() == 1);
}

TEST_CASE("the limit is read from the answers") {
    governor_fixture f;
    f.learn(7200, 721);
    CHECK(f.budget.limit() == 7200);
    for (const char* name : {"a", "b", "c"}) f.ask(urgency::ordinary, name);
    f.clock.advance(10s);
    CHECK(f.order == std::vector<std::string>{"a@0.0", "b@0.5", "c@1.0"});
}

TEST_CASE("a 429 stops everybody for as long as one request takes to come back") {
    governor_fixture f;
    f.learn(3600, 3000, 429);
    for (const char* name : {"a", "b"}) f.ask(urgency::ordinary, name);
    f.ask(urgency::removal, "delete");
    CHECK(f.order.empty());
    f.clock.advance(999ms);
    CHECK(f.order.empty());
    f.clock.advance(20s);
    REQUIRE(f.order.size() == 3);
    CHECK(f.order[0] == "delete@1.0");
    CHECK(f.order[1].starts_with("a@"));
    CHECK(f.order[2].starts_with("b@"));
}

TEST_CASE("Retry-After of a 429 is honoured, up to a minute") {
    governor_fixture f;
    const auto [said, pause] = GENERATE(table<std::string, std::chrono::milliseconds>({{"7", 7s}, {"900", 60s}}));
    boost::asio::co_spawn(f.clock.loop, admitted(f.shared, urgency::ordinary), [](std::exception_ptr) {});
    f.clock.settle();
    f.budget.answered(budget_in(net::http_headers(1, net::http_header{"Retry-After", said}), 429));
    f.ask(urgency::removal, "d");
    f.clock.advance(pause - 1ms);
    CHECK(f.order.empty());
    f.clock.advance(1ms);
    CHECK(f.order.size() == 1);
}

TEST_CASE("the poll yields to everything else") {
    governor_fixture f;
    f.learn(3600, 360);
    f.ask(urgency::ordinary, "first");
    f.ask(urgency::poll, "poll");
    for (const char* name : {"a", "b"}) f.ask(urgency::ordinary, name);
    f.clock.advance(20s);
    REQUIRE(f.order.size() == 4);
    CHECK(f.order[1].starts_with("a@"));
    CHECK(f.order[2].starts_with("b@"));
    CHECK(f.order[3].starts_with("poll@"));
}

TEST_CASE("the poll yields for ten seconds and no longer") {
    governor_fixture f;
    f.learn(3600, 360);
    f.ask(urgency::ordinary, "first");
    f.ask(urgency::poll, "poll");
    for (int i = 0; i < 60; ++i) f.ask(urgency::ordinary, "x");
    f.clock.advance(30s);
    const auto poll = std::find_if(f.order.begin(), f.order.end(), [](const auto& s) { return s.starts_with("poll@"); });
    REQUIRE(poll != f.order.end());
    CHECK(*poll >= "poll@10");
    CHECK(*poll <= "poll@13");
    CHECK(f.order.size() < 40);  // others still wait
}

TEST_CASE("who is cancelled leaves the queue") {
    governor_fixture f;
    f.learn(3600, 360);
    f.ask(urgency::ordinary, "first");
    boost::asio::cancellation_signal cancel;
    bool aborted = false;
    boost::asio::co_spawn(f.clock.loop, admitted(f.shared, urgency::ordinary),
                          boost::asio::bind_cancellation_slot(
                              cancel.slot(), [&](std::exception_ptr broken) { aborted = broken != nullptr; }));
    f.clock.settle();
    f.ask(urgency::ordinary, "next");
    CHECK(f.budget.waiting() == 2);
    cancel.emit(boost::asio::cancellation_type::terminal);
    f.clock.settle();
    CHECK(aborted);
    CHECK(f.budget.waiting() == 1);
    f.clock.advance(2s);
    CHECK(f.order.size() == 2);
}

TEST_CASE("requests on their way are not in the count that comes back") {
    governor_fixture f;
    for (int i = 0; i < 10; ++i) f.ask(urgency::ordinary, "r");
    // The first of ten answers: the server had seen that one alone.
    f.budget.answered(budget_in(headers(3600, 3599), 200));
    CHECK(std::abs(f.budget.left() - 3590) < 0.01);
    for (int i = 0; i < 9; ++i) f.budget.unanswered();
    f.learn(3600, 2000);  // somebody else spends, too
    CHECK(std::abs(f.budget.left() - 2000) < 0.01);
    CHECK_FALSE(f.budget.scarce());
    f.learn(3600, 1700);
    CHECK(f.budget.scarce());
    f.clock.advance(1h);
    CHECK(std::abs(f.budget.left() - 3600) < 0.01);
}

TEST_CASE("headers that make no sense change nothing") {
    governor_fixture f;
    net::http_headers odd;
    odd.push_back(net::http_header{"RateLimit-Limit", GENERATE(as<std::string>{}, "0", "-5", "many", "")});
    odd.push_back(net::http_header{"RateLimit-Remaining", "x"});
    f.ask(urgency::ordinary, "a");
    f.budget.answered(budget_in(odd, 200));
    CHECK(f.budget.limit() == 3600);
    CHECK(std::abs(f.budget.left() - 3599) < 0.01);
    f.ask(urgency::ordinary, "b");
    f.budget.answered(budget_in(headers(100, 5000), 200));  // more than the bucket holds
    CHECK(std::abs(f.budget.left() - 100) < 0.01);
}
