// Several daemons that spend one token's budget, each with a governor of its own. What they know of each other is what
// Hetzner's answers say.
#include "engine/runtime/governor.hpp"

#include "adapters/simulated/request_bucket.hpp"
#include "tests/adapters/hetzner/fake_clock.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

using namespace slipway;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds on_its_way = 150ms;
constexpr milliseconds longest_removal = 10s;  // behind what is on its way, and after a 429's pause

struct a_daemon {
    std::unique_ptr<governor> budget;
    std::size_t sent = 0, refused = 0;
    milliseconds slowest_removal{0};
};

struct shared_project {
    test::fake_clock clock;
    simulated::request_bucket bucket{3600};
    std::vector<std::unique_ptr<a_daemon>> daemons;
    milliseconds end{0};

    explicit shared_project(std::size_t how_many) {
        for (std::size_t i = 0; i < how_many; ++i) {
            daemons.push_back(std::make_unique<a_daemon>());
            daemons.back()->budget = std::make_unique<governor>(clock);
        }
    }

    boost::asio::awaitable<void> request(a_daemon& by, urgency kind) {
        const milliseconds asked = clock.steady();
        co_await by.budget->admit(kind);
        if (kind == urgency::removal) by.slowest_removal = std::max(by.slowest_removal, clock.steady() - asked);
        co_await clock.sleep(on_its_way / 2);
        budget_report report;
        ++by.sent;
        if (!bucket.take(clock.steady().count())) {
            ++by.refused;
            report.pause = 1s;
        }
        report.limit = bucket.limit();
        report.remaining = bucket.left();
        co_await clock.sleep(on_its_way / 2);
        by.budget->answered(report);
    }
    boost::asio::awaitable<void> always(a_daemon& by) {
        while (clock.steady() < end) co_await request(by, urgency::ordinary);
    }
    boost::asio::awaitable<void> sometimes_a_removal(a_daemon& by, milliseconds between) {
        while (clock.steady() < end) {
            co_await request(by, urgency::removal);
            co_await clock.sleep(between);
        }
    }

    void work_for(milliseconds how_long, milliseconds between_removals) {
        end = clock.steady() + how_long;
        std::size_t running = 0;
        const auto begin = [&](boost::asio::awaitable<void> work) {
            ++running;
            boost::asio::co_spawn(clock.loop, std::move(work), [&](std::exception_ptr) { --running; });
        };
        for (const auto& one : daemons) {
            // As many at once as the HTTP client has connections.
            for (int i = 0; i < 8; ++i) begin(always(*one));
            begin(sometimes_a_removal(*one, between_removals));
        }
        REQUIRE(clock.advance_until([&] { return running == 0; }, how_long + 10min));
    }
};

}  // namespace

TEST_CASE("daemons that share a token share its budget: nobody is refused, nobody starves, deletes go at once") {
    const std::size_t how_many = GENERATE(1, 2, 3, 5);
    CAPTURE(how_many);
    shared_project project(how_many);
    project.work_for(2h, 60s);
    std::size_t sent = 0, refused = 0, fewest = SIZE_MAX;
    for (const auto& one : project.daemons) {
        sent += one->sent;
        refused += one->refused;
        fewest = std::min(fewest, one->sent);
        CHECK(one->slowest_removal == 0ms);
    }
    CHECK(refused == 0);
    CHECK(sent > 2 * 3600 + 3240 - 400);  // what has come back in two hours, and the burst at the beginning
    CHECK(fewest > sent / how_many / 2);
    CHECK(project.bucket.left() > 20);
}

TEST_CASE("a daemon that comes late to a token that others have used up learns it from its first answers") {
    shared_project project(4);
    a_daemon& late = *project.daemons.back();
    std::unique_ptr<a_daemon> aside = std::move(project.daemons.back());
    project.daemons.pop_back();
    project.work_for(1h, 60s);
    project.daemons.push_back(std::move(aside));
    late.budget = std::make_unique<governor>(project.clock);  // as a process that has just started
    project.work_for(10min, 60s);
    std::size_t refused = 0;
    for (const auto& one : project.daemons) refused += one->refused;
    CHECK(refused == 0);
    CHECK(late.sent > 30);
    CHECK(late.slowest_removal <= longest_removal);
}
