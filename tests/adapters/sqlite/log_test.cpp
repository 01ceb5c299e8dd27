// The log as the engine sees it: coroutines on one loop, commits on another thread.
#include "adapters/sqlite/log.hpp"

#include "engine/async/work_queue.hpp"
#include "engine/async/one_shot.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <thread>

using namespace slipway;
using namespace slipway::test;
namespace asio = boost::asio;

namespace {

std::unique_ptr<sqlite::log> open_log(const std::string& path) {
    return sqlite::log::open({path, "slipway-test", false}).value();
}

void rethrow(std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
}

}  // namespace

TEST_CASE("append, then read: on the loop's thread, with the same answers as the store gives") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    CHECK(is_uuid(log->install_id()));
    bool done = false;
    auto use = [&]() -> asio::awaitable<void> {
        const auto here = std::this_thread::get_id();
        append_request request = make_request(1, 0, 2);
        const append_result stored = co_await log->append(request);
        CHECK(std::this_thread::get_id() == here);
        REQUIRE(stored);
        CHECK(stored->records.size() == 2);
        const append_result again = co_await log->append(request);
        REQUIRE(again);
        CHECK(again->repeated);
        append_request late = make_request(1, 1);
        late.events[0].event_id = fixed_uuid(77);
        const append_result conflict = co_await log->append(late);
        REQUIRE_FALSE(conflict);
        CHECK(conflict.error().failure == append_failure::version_conflict);

        const auto records = co_await log->read_stream(request.head.stream, 0);
        CHECK(records.value().size() == 2);
        CHECK(std::this_thread::get_id() == here);
        const auto all = co_await log->read_all(1, 10);
        CHECK(all.value().size() == 1);
        head_filter filter;
        filter.name = "web1";
        const auto heads = co_await log->heads(filter);
        CHECK(heads.value().size() == 1);
        const auto users = co_await log->live_with_key("direct", "aa:bb", stream_number(9));
        CHECK(users.value().size() == 1);
        const auto caused = co_await log->find_command("command-1-0");
        CHECK(caused.value().size() == 2);
        done = true;
    };
    asio::co_spawn(loop, use(), rethrow);
    loop.run();
    CHECK(done);
}

TEST_CASE("appends that wait together share commits") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    constexpr std::uint64_t streams = 100, appends = 10;
    std::uint64_t stored = 0;
    auto one = [&](std::uint64_t stream) -> asio::awaitable<void> {
        for (std::uint64_t version = 0; version < appends; ++version) {
            append_request request = make_request(stream, version);
            const append_result answer = co_await log->append(std::move(request));
            REQUIRE(answer);
            CHECK(answer->records[0].version == version + 1);
            ++stored;
        }
    };
    for (std::uint64_t stream = 1; stream <= streams; ++stream) asio::co_spawn(loop, one(stream), rethrow);
    loop.run();
    CHECK(stored == streams * appends);
    // Alone every append would be a commit; together a commit carries many. The first may go alone each time.
    CHECK(log->commits() <= streams * appends / 10);
    CHECK(log->commits() >= appends);
    CHECK(sqlite::reader::open(at / "s.db").value().last_seq().value() == streams * appends);
}

TEST_CASE("of many who append at the same version one wins") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    int won = 0, lost = 0;
    auto one = [&](std::uint64_t n) -> asio::awaitable<void> {
        append_request request = make_request(1, 0);
        request.events[0].event_id = fixed_uuid(500 + n);
        const append_result answer = co_await log->append(std::move(request));
        if (answer)
            ++won;
        else if (answer.error().failure == append_failure::version_conflict)
            ++lost;
    };
    for (std::uint64_t n = 0; n < 20; ++n) asio::co_spawn(loop, one(n), rethrow);
    loop.run();
    CHECK(won == 1);
    CHECK(lost == 19);
}

TEST_CASE("an append whose coroutine is cancelled is stored all the same") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    constexpr std::uint64_t count = 50;
    std::vector<asio::cancellation_signal> cancel(count);
    std::uint64_t cancelled = 0, answered = 0;
    auto one = [&](std::uint64_t n) -> asio::awaitable<void> {
        append_request request = make_request(n, 0);
        const append_result answer = co_await log->append(std::move(request));
        if (answer) ++answered;
    };
    for (std::uint64_t n = 0; n < count; ++n) {
        auto ended = [&](std::exception_ptr failed) {
            if (failed) ++cancelled;
        };
        asio::co_spawn(loop, one(n), asio::bind_cancellation_slot(cancel[n].slot(), std::move(ended)));
    }
    // Each coroutine gets to its wait in one turn of the loop; the cancellations come right behind.
    asio::post(loop, [&] {
        for (auto& signal : cancel) signal.emit(asio::cancellation_type::terminal);
    });
    loop.run();
    CHECK(cancelled + answered == count);
    CHECK(cancelled > 0);
    log.reset();
    CHECK(sqlite::reader::open(at / "s.db").value().last_seq().value() == count);
}

TEST_CASE("closing the log finishes what is queued") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    auto one = [&](std::uint64_t n) -> asio::awaitable<void> {
        append_request request = make_request(n, 0);
        co_await log->append(std::move(request));
    };
    for (std::uint64_t n = 0; n < 200; ++n) asio::co_spawn(loop, one(n), asio::detached);
    loop.poll();
    log.reset();  // the coroutines still wait; their frames go with the loop
    CHECK(sqlite::reader::open(at / "s.db").value().last_seq().value() == 200);
}

TEST_CASE("a queue that is destroyed while its thread works hands over the rest first") {
    // Whether the destructor has closed the queue when the thread comes back to it is chance: often enough it has.
    for (int round = 0; round < 200; ++round) {
        std::atomic<bool> working = false, closing = false;
        std::vector<int> done;
        {
            auto work = [&](std::vector<int> taken) {
                working = true;
                while (!closing) std::this_thread::yield();
                done.insert(done.end(), taken.begin(), taken.end());
            };
            work_queue<int> queue(work);
            queue.push(1);
            while (!working) std::this_thread::yield();
            for (int i = 2; i <= 5; ++i) queue.push(i);
            closing = true;
        }
        REQUIRE(done == std::vector<int>{1, 2, 3, 4, 5});
    }
}

TEST_CASE("a fenced log answers fenced to everybody") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    run_sql(at / "s.db", "UPDATE writer SET epoch = epoch + 1, holder = 'another slipwayd'");
    int fenced = 0;
    auto one = [&](std::uint64_t n) -> asio::awaitable<void> {
        append_request request = make_request(n, 0);
        const append_result answer = co_await log->append(std::move(request));
        if (!answer && answer.error().failure == append_failure::fenced) ++fenced;
    };
    for (std::uint64_t n = 0; n < 10; ++n) asio::co_spawn(loop, one(n), rethrow);
    loop.run();
    CHECK(fenced == 10);
    CHECK(sqlite::reader::open(at / "s.db").value().last_seq().value() == 0);
}

TEST_CASE("a request that is a bug throws at its caller and disturbs nobody") {
    temporary_directory at;
    asio::io_context loop;
    auto log = open_log(at / "s.db");
    bool threw = false;
    auto use = [&]() -> asio::awaitable<void> {
        append_request wrong = make_request(1, 0);
        wrong.head.version = 5;
        try {
            co_await log->append(wrong);
        } catch (const std::invalid_argument&) {
            threw = true;
        }
    };
    asio::co_spawn(loop, use(), rethrow);
    loop.run();
    CHECK(threw);
}

TEST_CASE("a one-shot delivers whichever comes first, the value or the wait") {
    asio::io_context loop;
    std::vector<std::string> got;
    auto use = [&]() -> asio::awaitable<void> {
        one_shot<std::string> early(loop.get_executor());
        early.make_sender().deliver("early");
        const std::string first = co_await early.receive();
        got.push_back(first);
        one_shot<std::string> late(loop.get_executor());
        std::thread other([sender = late.make_sender()]() mutable { sender.deliver("late"); });
        const std::string second = co_await late.receive();
        got.push_back(second);
        other.join();
    };
    asio::co_spawn(loop, use(), rethrow);
    loop.run();
    CHECK(got == std::vector<std::string>{"early", "late"});
}
