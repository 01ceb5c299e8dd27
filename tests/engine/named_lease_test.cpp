// What one process at a time shall do: two on one store, of which one dies, stops, sleeps, or loses sight of the store.
#include "adapters/simulated/ports.hpp"
#include "engine/runtime/named_lease.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <list>

using namespace slipway;
using namespace slipway::simulated;
using namespace std::chrono_literals;
using boost::asio::awaitable;

namespace {

constexpr auto duration = lease_model::duration;

struct world_of_two {
    world_of_two() { u.faults = &faults; }

    // Moves time; `look` is called whenever everything that could run has run.
    void run_for(milliseconds d, const std::function<void()>& look = [] {}) {
        const std::int64_t until = u.time.now() + d.count();
        u.time.after(d, [] {});
        for (poll(); u.time.now() < until; poll(), look()) u.time.run_next();
    }
    void poll() {
        loop.restart();
        loop.poll();
    }

    universe u{1};
    planned_faults faults;
    boost::asio::io_context loop{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
};

// One process with something to do.
class worker {
public:
    worker(world_of_two& in, const std::string& name)
        : in_(in),
          process_(std::make_shared<process>(in.loop.get_executor(), in.u.time)),
          clock_(in.u, process_),
          port_(in.u, process_, name),
          lease_(&port_, clock_, "audit") {
        spawn(lease_.keep());
        spawn(lease_.while_held([this] { return work(); }));
        in_.poll();
    }
    ~worker() {
        die();
        for (auto& cut : cuts_) cut.emit(boost::asio::cancellation_type::terminal);
        in_.poll();
    }

    void die() { process_->kill(); }
    void pause(milliseconds d) { process_->pause(d); }
    void stop() {
        for (auto& cut : cuts_) cut.emit(boost::asio::cancellation_type::terminal);
        in_.poll();
        spawn(lease_.release());
    }
    bool held() const { return lease_.held(); }

    bool working = false;
    int begun = 0;
    int ticks = 0;
    std::function<void()> each = [] {};
    std::exception_ptr ended_by;
    int ended = 0;  // coroutines

private:
    void spawn(awaitable<void> what) {
        auto& cut = cuts_.emplace_back();
        boost::asio::co_spawn(in_.loop, std::move(what),
                              boost::asio::bind_cancellation_slot(cut.slot(), [this](std::exception_ptr e) {
                                  ++ended;
                                  if (e && !ended_by) ended_by = e;
                              }));
    }
    awaitable<void> work() {
        struct at_it {
            bool& working;
            explicit at_it(bool& w) : working(w) { working = true; }
            ~at_it() { working = false; }
        };
        const at_it now(working);
        ++begun;
        for (;;) {
            co_await clock_.sleep(1s);
            ++ticks;
            each();
        }
    }

    world_of_two& in_;
    process_ptr process_;
    clock_port clock_;
    lease_port port_;
    named_lease lease_;
    std::list<boost::asio::cancellation_signal> cuts_;
};

}  // namespace

TEST_CASE("of two processes one does the work, without an end") {
    world_of_two w;
    worker one(w, "one"), two(w, "two");
    w.run_for(10 * duration, [&] { REQUIRE_FALSE((one.working && two.working)); });
    CHECK(one.working);
    CHECK(one.begun == 1);
    CHECK(two.begun == 0);
    CHECK(one.ticks >= 298);
    CHECK(w.u.leases.epoch("audit") == 1);
}

TEST_CASE("who stops in good order lets go, and the other goes on at once") {
    world_of_two w;
    worker one(w, "one"), two(w, "two");
    w.run_for(1min);
    one.stop();
    const std::int64_t stopped = w.u.time.now();
    w.run_for(duration / 3 + 1s);
    CHECK_FALSE(one.working);
    CHECK_FALSE(one.held());
    CHECK(two.working);
    CHECK(w.u.time.now() - stopped < duration.count() / 2);
}

TEST_CASE("who dies is followed by the other when the lease has run out") {
    world_of_two w;
    worker one(w, "one"), two(w, "two");
    w.run_for(1min);
    one.die();
    w.run_for(duration / 2);
    CHECK_FALSE(two.working);
    w.run_for(duration);
    CHECK(two.working);
    CHECK_FALSE(one.working);
}

TEST_CASE("who cannot reach the store stops before anybody else may begin, and begins again") {
    world_of_two w;
    worker one(w, "one"), two(w, "two");
    w.run_for(1min);
    REQUIRE(one.working);
    const auto never_both = [&] { REQUIRE_FALSE((one.working && two.working)); };
    w.faults.otherwise = [](site s) { return s == site::lease ? fault::unavailable_log : fault::none; };
    w.run_for(duration, never_both);
    CHECK_FALSE(one.working);
    CHECK_FALSE(w.u.leases.is_held("audit", w.u.store_now() + 10'000));
    w.run_for(1min, never_both);
    CHECK_FALSE((one.working || two.working));
    w.faults.otherwise = {};
    w.run_for(duration, never_both);
    CHECK(one.working != two.working);
}

TEST_CASE("an answer of the store that is lost costs nothing but time") {
    world_of_two w;
    w.faults.nth[{site::lease, 1}] = fault::torn;
    worker one(w, "one");
    w.run_for(1s);
    CHECK_FALSE(one.working);
    w.run_for(duration / 3);
    CHECK(one.working);
    w.faults.nth[{site::lease, static_cast<int>(w.faults.calls.size()) + 1}] = fault::torn;
    w.run_for(5min);
    CHECK(one.begun == 1);
    CHECK(one.working);
}

TEST_CASE("who sleeps past the end of its lease finds another at work, and leaves it to that one") {
    world_of_two w;
    worker one(w, "one"), two(w, "two");
    w.run_for(1min);
    REQUIRE(one.working);
    one.pause(90s);
    w.run_for(89s);
    CHECK(two.working);
    const int ticks = one.ticks;
    w.run_for(2min);
    CHECK_FALSE(one.working);
    CHECK(one.ticks <= ticks + 1);
    CHECK(two.working);
    CHECK(two.begun == 1);
}

TEST_CASE("what another has taken is given up when that is heard, and taken again when it is free") {
    world_of_two w;
    worker one(w, "one");
    w.run_for(1min);
    // The store's clock has jumped: somebody else has it for the next minute and a half.
    REQUIRE(w.u.leases.claim("audit", "somebody else", w.u.store_now() + 2 * duration.count()));
    w.run_for(duration / 3 + 1s);
    CHECK_FALSE(one.working);
    w.run_for(1min);
    CHECK(one.begun == 1);
    w.run_for(1min);
    CHECK(one.working);
    CHECK(one.begun == 2);
}

TEST_CASE("what goes wrong in the work comes out, with leases and without") {
    world_of_two w;
    worker one(w, "one");
    one.each = [] { throw std::logic_error("a bug"); };
    w.run_for(3s);
    CHECK(one.ended == 1);
    REQUIRE(one.ended_by);
    CHECK_THROWS_WITH(std::rethrow_exception(one.ended_by), "a bug");
    CHECK_FALSE(one.working);
}

TEST_CASE("where there are no leases the work begins at once and ends by itself") {
    world_of_two w;
    const auto alive = std::make_shared<process>(w.loop.get_executor(), w.u.time);
    clock_port clock(w.u, alive);
    named_lease alone(nullptr, clock, "audit");
    CHECK(alone.held());
    bool did = false;
    int ended = 0;
    const auto count = [&](std::exception_ptr e) {
        CHECK_FALSE(e);
        ++ended;
    };
    boost::asio::co_spawn(w.loop, alone.while_held([&]() -> awaitable<void> {
        did = true;
        co_return;
    }), count);
    boost::asio::co_spawn(w.loop, alone.keep(), count);
    boost::asio::co_spawn(w.loop, alone.release(), count);
    w.poll();
    CHECK(did);
    CHECK(ended == 3);
    CHECK(w.faults.calls.empty());
}
