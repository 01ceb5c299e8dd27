// The client when it says goodbye, is cancelled or goes, and a peer that takes nothing.
#include "adapters/net/websocket_client.hpp"
#include "tests/adapters/net/answers.hpp"
#include "tests/adapters/net/websocket_script.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <future>

using namespace slipway::net;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

websocket_limits quick_to_close() {
    websocket_limits limits;
    limits.write = limits.close = 150ms;
    return limits;
}

asio::awaitable<websocket_event> read_within(websocket_client& client, std::chrono::milliseconds time) {
    using namespace asio::experimental::awaitable_operators;
    auto racing = client.read() || wait(time);
    auto first = co_await std::move(racing);
    if (auto* text = std::get_if<std::string>(&first)) co_return std::move(*text);
    websocket_lost nothing;
    nothing.message = "nothing came";
    co_return nothing;
}

// Consents, and reads on only when it is told to: what is sent meanwhile fills the system's buffers.
class deaf_server {
public:
    deaf_server()
        : server_([this](peer& client) {
              client.set_buffer(65'536);  // else it grows
              shake_hands(client);
              told_to_.wait();
              while (const auto frame = read_frame(client)) heard.push_back(frame->payload);
          }) {}
    ~deaf_server() { listen(); }
    deaf_server(const deaf_server&) = delete;
    deaf_server& operator=(const deaf_server&) = delete;

    void listen() {
        if (!std::exchange(listening_, true)) told_.set_value();
    }
    const scripted_server& server() const { return server_; }

    std::vector<std::string> heard;  // to be looked at when the connection has ended

private:
    std::promise<void> told_;
    std::shared_future<void> told_to_ = told_.get_future().share();
    bool listening_ = false;
    scripted_server server_;
};

const std::string more_than_fits(16'000'000, 'x');

struct sending {
    bool ended = false;
    bool taken = false;
};

// Begins to send, without waiting for it.
void begin_sending(asio::io_context& loop, websocket_client& client, std::string text, sending& into) {
    asio::co_spawn(loop, client.send(std::move(text)), [&into](std::exception_ptr, bool taken) {
        into.taken = taken;
        into.ended = true;
    });
}

}  // namespace

TEST_CASE("our goodbye waits for the peer's") {
    std::vector<std::string> seen;
    scripted_server server([&](peer& client) {
        shake_hands(client);
        while (const auto frame = read_frame(client)) {
            seen.push_back(frame->payload);
            if (frame->first != 0x88) continue;
            client.send(server_frame(0x81, "nobody reads this") + server_frame(0x88, close_bytes(4200, "as you like")));
            break;
        }
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    CHECK(run(loop, client->send("one")));
    const auto end = run(loop, client->close(4000, "zombie"));
    REQUIRE(std::holds_alternative<websocket_closed>(end));
    CHECK(std::get<websocket_closed>(end).code == 4200);
    CHECK(std::get<websocket_closed>(end).reason == "as you like");
    CHECK(closed_of(run(loop, client->read())).code == 4200);
    CHECK_FALSE(run(loop, client->send("two")));
    run_until(loop, [&] { return server.ended() == 1; });
    CHECK(seen == std::vector<std::string>{"one", close_bytes(4000, "zombie")});
    CHECK_THROWS_AS(client->close(1005, ""), std::logic_error);
    CHECK_THROWS_AS(client->send("\xff"), std::logic_error);
}

TEST_CASE("a peer that does not answer a goodbye is left after a while") {
    const bool goes_on_talking = GENERATE(false, true);
    scripted_server server([&](peer& client) {
        shake_hands(client);
        if (goes_on_talking)
            for (int i = 0; i < 100; ++i) client.send(server_frame(0x81, "and another thing"));
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server, quick_to_close());
    const auto began = std::chrono::steady_clock::now();
    const auto end = run(loop, client->close(4000, "zombie"));
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    REQUIRE(std::holds_alternative<websocket_lost>(end));
    CHECK_THAT(std::get<websocket_lost>(end).message, contains("did not answer our goodbye within 150 ms"));
    run_until(loop, [&] { return server.ended() == 1; });
}

TEST_CASE("a goodbye that is cancelled closes the connection at once") {
    scripted_server server([](peer& client) {
        shake_hands(client);
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    const auto closing = [&]() -> asio::awaitable<bool> {
        using namespace asio::experimental::awaitable_operators;
        auto racing = client->close(1000, "") || wait(50ms);
        const auto first = co_await std::move(racing);
        co_return std::holds_alternative<std::monostate>(first);
    };
    CHECK(run(loop, closing()));
    run_until(loop, [&] { return server.ended() == 1; });
    CHECK_THAT(lost_of(run(loop, client->read())).message, contains("given up"));
}

TEST_CASE("many may send: one frame after the other, in the order of the calls") {
    std::vector<std::string> seen;
    scripted_server server([&](peer& client) {
        shake_hands(client);
        for (int i = 0; i < 50; ++i) seen.push_back(read_frame(client).value_or(client_frame{}).payload);
        client.send(server_frame(0x81, "all"));
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    std::vector<std::string> sent;
    int taken = 0;
    for (int i = 0; i < 50; ++i) {
        sent.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i) * 1000, 'x'));
        asio::co_spawn(loop, client->send(sent.back()), [&](std::exception_ptr, bool well) { taken += well ? 1 : 0; });
    }
    CHECK(message_of(run(loop, client->read())) == "all");
    CHECK(seen == sent);
    run_until(loop, [&] { return taken == 50; });
}

TEST_CASE("a read that is cancelled loses no message, and neither does a late one") {
    scripted_server server([](peer& client) {
        shake_hands(client);
        for (int i = 0; i < 300; ++i) {
            if (i % 3 == 0) read_frame(client);
            client.send(server_frame(0x81, std::to_string(i)));
        }
        client.wait_for_close();
    });
    asio::io_context loop;
    const auto client = open_client(loop, server);
    for (int expected = 0; expected < 300;) {
        if (expected % 3 == 0) {
            CHECK(lost_of(run(loop, read_within(*client, 0ms))).message == "nothing came");
            CHECK(run(loop, client->send("go on")));
        }
        auto event = run(loop, read_within(*client, 0ms));
        while (!std::holds_alternative<std::string>(event)) event = run(loop, read_within(*client, 0ms));
        CHECK(message_of(event) == std::to_string(expected++));
    }
}

TEST_CASE("a peer that takes nothing is given up, and so is what waits behind it") {
    deaf_server deaf;
    asio::io_context loop;
    const auto client = open_client(loop, deaf.server(), quick_to_close());
    sending first, second;
    begin_sending(loop, *client, more_than_fits, first);
    begin_sending(loop, *client, "behind it", second);
    const auto lost = lost_of(run(loop, client->read()));
    CHECK_THAT(lost.message, contains("127.0.0.1 took nothing for 150 ms"));
    run_until(loop, [&] { return first.ended && second.ended; });
    CHECK_FALSE(first.taken);
    CHECK_FALSE(second.taken);
}

TEST_CASE("a goodbye does not wait for what is stuck") {
    deaf_server deaf;
    asio::io_context loop;
    auto limits = quick_to_close();
    limits.write = 60s;
    const auto client = open_client(loop, deaf.server(), limits);
    sending stuck;
    begin_sending(loop, *client, more_than_fits, stuck);
    const auto end = run(loop, client->close(4000, "zombie"));
    CHECK(std::holds_alternative<websocket_lost>(end));
    run_until(loop, [&] { return stuck.ended; });
    CHECK_FALSE(stuck.taken);
}

TEST_CASE("a text whose sender was cancelled is sent whole or not at all") {
    deaf_server deaf;
    asio::io_context loop;
    const auto client = open_client(loop, deaf.server());
    const auto impatient = [&](std::string text) -> asio::awaitable<bool> {
        using namespace asio::experimental::awaitable_operators;
        auto racing = client->send(std::move(text)) || wait(20ms);
        const auto first = co_await std::move(racing);
        co_return first.index() == 1;
    };
    CHECK(run(loop, impatient(more_than_fits)));  // half of it is out
    CHECK(run(loop, impatient("never begun")));
    sending last;
    begin_sending(loop, *client, "last", last);
    deaf.listen();
    run_until(loop, [&] { return last.ended; });
    CHECK(last.taken);
    (void)run(loop, client->close(1000, ""));
    run_until(loop, [&] { return deaf.server().ended() == 1; });
    REQUIRE(deaf.heard.size() == 3);
    CHECK(deaf.heard[0] == more_than_fits);
    CHECK(deaf.heard[1] == "last");
    CHECK(deaf.heard[2] == close_bytes(1000));
}

TEST_CASE("the client may go at any time, whoever waits for it") {
    deaf_server deaf;
    asio::io_context loop;
    auto client = open_client(loop, deaf.server());
    std::optional<websocket_event> read;
    asio::co_spawn(loop, client->read(), [&](std::exception_ptr, websocket_event event) { read = std::move(event); });
    sending stuck, behind;
    begin_sending(loop, *client, more_than_fits, stuck);
    begin_sending(loop, *client, "behind it", behind);
    std::optional<websocket_end> closed;
    const bool closes = GENERATE(false, true);
    if (closes)
        asio::co_spawn(loop, client->close(1000, ""), [&](std::exception_ptr, websocket_end end) { closed = end; });
    loop.restart();
    loop.run_for(20ms);  // into the middle of it
    client.reset();
    run_until(loop, [&] { return read && stuck.ended && behind.ended && (closed || !closes); });
    CHECK_THAT(lost_of(*read).message, contains("given up"));
    CHECK_FALSE(stuck.taken);
    CHECK_FALSE(behind.taken);
    if (closes) CHECK(std::holds_alternative<websocket_lost>(*closed));
}

TEST_CASE("a loop may end with everything in the middle") {
    deaf_server deaf;
    sending stuck;
    {
        asio::io_context loop;
        std::shared_ptr<websocket_client> client = open_client(loop, deaf.server());
        const auto use = [](std::shared_ptr<websocket_client> of) -> asio::awaitable<bool> {
            const auto event = co_await of->read();
            co_return std::holds_alternative<std::string>(event);
        };
        asio::co_spawn(loop, use(client), [](std::exception_ptr, bool) {});
        begin_sending(loop, *client, more_than_fits, stuck);
        client.reset();  // the coroutine that reads has it now
        loop.restart();
        loop.run_for(20ms);
    }
    CHECK_FALSE(stuck.ended);
}
