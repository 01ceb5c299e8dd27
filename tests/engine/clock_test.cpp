// Limits on the real clock and on the simulated one: they call once, in time, and never after they are gone.
#include "adapters/simulated/schedule.hpp"
#include "engine/runtime/system.hpp"

#include "tests/support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <set>
#include <utility>

using namespace slipway;
using std::chrono::milliseconds;

TEST_CASE("a limit that is reached calls once") {
    boost::asio::io_context loop;
    system_clock clock;
    int calls = 0;
    const auto limit = clock.set_limit(loop.get_executor(), milliseconds{1}, [&] { ++calls; });
    loop.run();
    CHECK(calls == 1);
}

TEST_CASE("a limit that is gone calls nobody, also where its time had come already") {
    boost::asio::io_context loop;
    system_clock clock;
    int calls = 0;
    std::unique_ptr<time_limit> late = clock.set_limit(loop.get_executor(), milliseconds{0}, [&] { ++calls; });
    // Both are due when the loop looks; whichever is called first takes the other away.
    std::unique_ptr<time_limit> first, second;
    first = clock.set_limit(loop.get_executor(), milliseconds{0}, [&] { ++calls, second.reset(); });
    second = clock.set_limit(loop.get_executor(), milliseconds{0}, [&] { ++calls, first.reset(); });
    late.reset();
    loop.run();
    CHECK(calls == 1);
}

namespace {

struct simulated_time {
    boost::asio::io_context loop;
    simulated::schedule time;
    std::shared_ptr<simulated::process> program = std::make_shared<simulated::process>(loop.get_executor(), time);
    int calls = 0;

    std::unique_ptr<time_limit> limit(milliseconds after) {
        return program->set_limit(loop.get_executor(), after, [this] { ++calls; });
    }
    void run() {
        while (!time.empty()) {
            time.run_next();
            loop.restart();
            loop.poll();
        }
    }
};

}  // namespace

TEST_CASE("a simulated limit calls once, at its time") {
    simulated_time in;
    const auto limit = in.limit(milliseconds{70});
    in.run();
    CHECK(in.calls == 1);
    CHECK(in.time.now() == 70);
}

TEST_CASE("a simulated limit that is gone calls nobody, also where its time had come already") {
    simulated_time in;
    auto limit = in.limit(milliseconds{70});
    auto due = in.limit(milliseconds{50});
    in.time.run_next();
    due.reset();
    limit.reset();
    in.loop.poll();
    in.run();
    CHECK(in.calls == 0);
    CHECK(in.time.now() == 50);
}

TEST_CASE("a simulated program that is stopped hears of its limit when it goes on, and one that is killed never does") {
    simulated_time in;
    const auto limit = in.limit(milliseconds{70});
    in.program->pause(milliseconds{200});
    in.run();
    CHECK(in.calls == 1);
    CHECK(in.time.now() == 200);

    const auto never = in.limit(milliseconds{70});
    in.program->kill();
    in.loop.restart();
    in.loop.poll();
    in.run();
    CHECK(in.calls == 1);
}

TEST_CASE("randomness that is drawn for several calls at once is given out once") {
    system_random random;
    std::set<random_bytes> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.bytes());
    CHECK(seen.size() == 1000);
}
