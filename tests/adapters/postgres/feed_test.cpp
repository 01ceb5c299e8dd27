// Several processes on one PostgreSQL at full speed: the reader passes over nothing, and what excludes each other is stored
// once. SLIPWAY_FEED_SECONDS=S goes on for S seconds.
#include "tests/adapters/postgres/stores.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <thread>

using namespace slipway;
using namespace slipway::test;

namespace {

// Opens streams and appends to them until told to stop; many at once, as an engine does. Every tenth append is of an event
// that is there already: the statement draws its numbers and is undone, with whatever else was in it. How many events it has
// stored.
std::uint64_t write_until(event_log& log, std::uint64_t first_stream, const std::atomic<bool>& stop) {
    std::uint64_t stored = 0;
    boost::asio::io_context loop(1);
    const auto work = [&](std::uint64_t stream) -> boost::asio::awaitable<void> {
        std::string last_id;
        for (std::uint64_t version = 0; !stop; ++version) {
            append_request request = make_request(stream, version);
            request.events[0].event_id = "event " + std::to_string(version) + " of " + request.head.stream.text;
            if (version % 10 == 9) {
                append_request undone = request;
                undone.events[0].event_id = last_id;
                undone.events[0].command_id.clear();
                const auto known = co_await log.append(std::move(undone));
                if (!known || !known->repeated) throw std::runtime_error("an event was stored twice");
            }
            last_id = request.events[0].event_id;
            const auto answer = co_await log.append(std::move(request));
            if (!answer) throw std::runtime_error(answer.error().message);
            ++stored;
        }
    };
    std::exception_ptr failed;
    for (std::uint64_t n = 0; n < 8; ++n)
        boost::asio::co_spawn(loop, work(first_stream + n), [&](std::exception_ptr thrown) { failed = failed ? failed : thrown; });
    loop.run();
    if (failed) std::rethrow_exception(failed);
    return stored;
}

}  // namespace

TEST_CASE("eight write at full speed, a tenth is undone: the reader sees every event once, and each stream in its order") {
    constexpr std::uint64_t enough = 4'000;
    const char* asked = std::getenv("SLIPWAY_FEED_SECONDS");
    const std::chrono::seconds lasts(asked != nullptr ? std::strtol(asked, nullptr, 10) : 0);
    const auto goes_on = [ends = std::chrono::steady_clock::now() + lasts] { return std::chrono::steady_clock::now() < ends; };
    store_under_test where(store_kind::postgres);
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> written = 0;
    std::vector<opened_store> stores;
    for (int i = 0; i < 9; ++i) stores.push_back(where.open());
    std::vector<std::thread> writers;
    for (std::uint64_t i = 0; i < 8; ++i)
        writers.emplace_back([&, i] { written += write_until(*stores[i].log, 1 + i * 100, stop); });
    // Numbers that were drawn, and whose transactions end some time later without a record.
    std::thread undoes([&] {
        while (!stop) where.undo_an_append();
    });

    std::map<std::string, std::uint64_t> versions;
    std::uint64_t read = 0, after = 0;
    bool in_order = true;
    const auto read_on = [&] {
        const auto page = wait_for(stores[8].log->read_all(after, 500)).value();
        for (const event_record& r : page) {
            in_order = in_order && r.seq > after && r.version == ++versions[r.stream.text];
            after = r.seq;
            ++read;
        }
        return !page.empty();
    };
    while (read < enough || goes_on()) read_on();
    if (asked != nullptr) std::cerr << where.transactions() << '\n';
    stop = true;
    for (std::thread& one : writers) one.join();
    undoes.join();
    while (read_on()) {}
    CHECK(in_order);
    CHECK(read == written);
    if (asked != nullptr) std::cerr << read << " events read, " << written << " written\n";
}

TEST_CASE("two processes open streams of one name, and with one command, at once: one of the two is stored, every time") {
    store_under_test where(store_kind::postgres);
    opened_store stores[] = {where.open(), where.open()};
    constexpr std::uint64_t pairs = 200;
    std::atomic<std::uint64_t> stored = 0, taken = 0, other = 0;
    const auto race = [&](std::size_t who) {
        boost::asio::io_context loop(1);
        for (std::uint64_t n = 0; n < pairs; ++n) {
            append_request r = make_request(1 + n * 2 + who, 0);
            // Half of them have the name in common, the others the command. Each side in an order of its own.
            const std::uint64_t common = who == 0 ? n : pairs - 1 - n;
            r.head.name = common % 2 ? "name " + std::to_string(common) : "own " + std::to_string(who) + std::to_string(n);
            r.events[0].command_id =
                common % 2 ? "own " + std::to_string(who) + std::to_string(n) : "command " + std::to_string(common);
            boost::asio::co_spawn(loop, stores[who].log->append(std::move(r)), [&](std::exception_ptr, append_result answer) {
                if (answer)
                    ++stored;
                else
                    ++(answer.error().failure == append_failure::taken ? taken : other);
            });
        }
        loop.run();
    };
    std::thread first([&] { race(0); }), second([&] { race(1); });
    first.join();
    second.join();
    CHECK(stored == pairs);
    CHECK(taken == pairs);
    CHECK(other == 0);
    CHECK(wait_for(stores[0].log->heads({})).value().size() == pairs);
}
