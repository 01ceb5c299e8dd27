// The conversation over a stream that a test holds in its hand: every turn of what happens when.
#include "adapters/net/websocket_conversation.hpp"
#include "engine/async/wakeup.hpp"
#include "tests/adapters/net/websocket_script.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

using namespace slipway;
using namespace slipway::net;
using namespace slipway::test;

namespace {

namespace asio = boost::asio;

// The wire between the client and a test, which outlives the client's end of it.
struct wire {
    std::string coming;  // to the client
    std::string sent;    // by the client
    bool blocked = false;
    bool broken = false;  // for what is sent
    bool closed = false;
    wakeup changed;

    void say(std::string_view bytes) {
        coming += bytes;
        changed.notify_all();
    }
    void let_through() {
        blocked = false;
        changed.notify_all();
    }
};

class wire_end final : public stream {
public:
    explicit wire_end(wire& of) : wire_(of) {}

    asio::awaitable<transfer> read_some(asio::mutable_buffer into) override {
        while (wire_.coming.empty() && !wire_.closed) co_await wire_.changed.wait();
        transfer done;
        done.bytes = std::min(into.size(), wire_.coming.size());
        std::memcpy(into.data(), wire_.coming.data(), done.bytes);
        wire_.coming.erase(0, done.bytes);
        if (wire_.closed) done.failed = asio::error::operation_aborted;
        co_return done;
    }
    asio::awaitable<transfer> write_some(asio::const_buffer from) override {
        while (wire_.blocked && !wire_.closed) co_await wire_.changed.wait();
        transfer done;
        if (wire_.closed) done.failed = asio::error::operation_aborted;
        if (wire_.broken) done.failed = asio::error::broken_pipe;
        if (done.failed) co_return done;
        done.bytes = std::min<std::size_t>(from.size(), 10);
        wire_.sent.append(static_cast<const char*>(from.data()), done.bytes);
        co_return done;
    }
    void close() noexcept override {
        wire_.closed = true;
        wire_.changed.notify_all();
    }
    bool quiet() override { return wire_.coming.empty(); }

private:
    wire& wire_;
};

// The payloads of what a client has sent.
std::vector<std::string> payloads(std::string_view bytes) {
    std::vector<std::string> out;
    while (bytes.size() >= 6) {
        const std::size_t size = bytes[1] & 0x7f;
        REQUIRE(size < 126);
        std::string payload(bytes.substr(6, size));
        for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ bytes[2 + i % 4]);
        out.push_back(std::move(payload));
        bytes.remove_prefix(6 + size);
    }
    return out;
}

// A call that runs beside the test, and on where the test has failed.
template <class Value>
class call {
    struct state {
        bool threw = false;
        std::optional<Value> result;
        asio::cancellation_signal cancelled;
    };

public:
    call(asio::io_context& loop, asio::awaitable<Value> work) {
        const auto end = [now = now_](std::exception_ptr failed, Value value) {
            now->threw = failed != nullptr;
            if (!failed) now->result = std::move(value);
        };
        asio::co_spawn(loop, std::move(work), asio::bind_cancellation_slot(now_->cancelled.slot(), end));
    }
    void cancel() { now_->cancelled.emit(asio::cancellation_type::terminal); }
    bool threw() const { return now_->threw; }
    bool ended() const { return now_->threw || now_->result; }
    const std::optional<Value>& result() const { return now_->result; }

private:
    std::shared_ptr<state> now_ = std::make_shared<state>();
};

struct fixture {
    explicit fixture(std::string first = {})
        : client(begin_conversation(loop.get_executor(), std::make_unique<wire_end>(on), "the peer", {}, first)) {}
    ~fixture() {
        client.reset();
        settle();
    }
    void settle() {
        loop.restart();
        loop.poll();
    }

    asio::io_context loop;
    wire on;
    std::unique_ptr<websocket_client> client;
};

}  // namespace

TEST_CASE("whenever a read is cancelled, the message is for the next one") {
    bool in_time = false;
    for (int turns = 0; !in_time; ++turns) {
        fixture f;
        call<websocket_event> first(f.loop, f.client->read());
        f.settle();
        // From within the loop, so many of its turns after the message has come.
        std::function<void(int)> cancel_after = [&](int left) {
            if (left > 0) return asio::post(f.loop, [&, left] { cancel_after(left - 1); });
            in_time = first.ended();
            first.cancel();
        };
        if (turns == 0) cancel_after(1);
        f.on.say(server_frame(0x81, "hello"));
        if (turns > 0) cancel_after(turns);
        f.settle();
        REQUIRE(first.threw() == !in_time);
        call<websocket_event> second(f.loop, f.client->read());
        f.settle();
        REQUIRE(second.ended() == !in_time);
        CHECK(message_of(*(in_time ? first : second).result()) == "hello");
        if (in_time) CHECK(turns > 1);
        f.client.reset();
        f.settle();
    }
}

TEST_CASE("what was to be sent before a goodbye is sent before it, and a pong overtakes both") {
    fixture f;
    f.on.blocked = true;
    call<bool> one(f.loop, f.client->send("one")), two(f.loop, f.client->send("two"));
    f.settle();
    call<websocket_end> end(f.loop, f.client->close(4000, "bye"));
    f.settle();
    call<bool> three(f.loop, f.client->send("three"));
    f.on.say(server_frame(0x89, "stale") + server_frame(0x89, "ping"));
    f.settle();
    CHECK(three.result() == false);
    CHECK_FALSE(one.ended());
    f.on.let_through();
    f.settle();
    CHECK(one.result() == true);
    CHECK(two.result() == true);
    CHECK(payloads(f.on.sent) == std::vector<std::string>{"one", "ping", "two", close_bytes(4000, "bye")});
    CHECK_FALSE(end.ended());
    f.on.say(server_frame(0x88, close_bytes(1000)));
    f.settle();
    REQUIRE(end.result().has_value());
    CHECK(std::get<websocket_closed>(*end.result()).code == 1000);
    CHECK(f.on.closed);
}

TEST_CASE("the end is told when our answer to it is out, and then the connection is closed") {
    const bool goodbye = GENERATE(true, false);
    fixture f;
    f.on.blocked = true;
    call<bool> stuck(f.loop, f.client->send("stuck")), behind(f.loop, f.client->send("behind it"));
    call<websocket_event> reading(f.loop, f.client->read());
    f.settle();
    f.on.say(goodbye ? server_frame(0x88, close_bytes(4009, "Session timed out.")) : "\x81\x80");
    f.settle();
    CHECK(behind.result() == false);
    CHECK_FALSE(reading.ended());
    f.on.let_through();
    f.settle();
    CHECK(stuck.result() == true);
    CHECK(payloads(f.on.sent) == std::vector<std::string>{"stuck", close_bytes(goodbye ? 4009 : 1002)});
    REQUIRE(reading.result().has_value());
    if (goodbye)
        CHECK(closed_of(*reading.result()).code == 4009);
    else
        CHECK(lost_of(*reading.result()).told == 1002);
    CHECK(f.on.closed);
}

TEST_CASE("a peer that takes nothing any more is still listened to: it may say why") {
    fixture f(server_frame(0x81, "unread"));
    f.on.broken = true;
    call<bool> sending(f.loop, f.client->send("one"));
    f.settle();
    CHECK(sending.result() == false);
    call<bool> another(f.loop, f.client->send("two"));
    f.settle();
    CHECK(another.result() == false);
    CHECK_FALSE(f.on.closed);
    f.on.say(server_frame(0x81, "dropped") + server_frame(0x88, close_bytes(4004)));
    f.settle();
    CHECK(f.on.closed);
    call<websocket_event> unread(f.loop, f.client->read()), end(f.loop, f.client->read());
    f.settle();
    REQUIRE(unread.result().has_value());
    CHECK(message_of(*unread.result()) == "unread");
    REQUIRE(end.result().has_value());
    CHECK(closed_of(*end.result()).code == 4004);
}

TEST_CASE("both may say goodbye at once") {
    fixture f;
    f.on.blocked = true;
    call<websocket_end> end(f.loop, f.client->close(1000, ""));
    f.settle();
    f.on.say(server_frame(0x88, close_bytes(1001)));
    f.settle();
    f.on.let_through();
    f.settle();
    REQUIRE(end.result().has_value());
    CHECK(std::get<websocket_closed>(*end.result()).code == 1001);
    CHECK(payloads(f.on.sent) == std::vector<std::string>{close_bytes(1000)});
    CHECK(f.on.closed);
}

TEST_CASE("while nobody reads, one message is held and no more is taken from the peer") {
    fixture f(server_frame(0x81, "one") + server_frame(0x81, "two"));
    f.settle();
    f.on.say(server_frame(0x81, "three"));
    f.settle();
    CHECK_FALSE(f.on.coming.empty());
    for (const char* expected : {"one", "two", "three"}) {
        call<websocket_event> reading(f.loop, f.client->read());
        f.settle();
        REQUIRE(reading.result().has_value());
        CHECK(message_of(*reading.result()) == expected);
    }
    CHECK(f.on.coming.empty());
}
