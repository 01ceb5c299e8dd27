#include "adapters/net/websocket_conversation.hpp"

#include "adapters/net/deadline.hpp"
#include "adapters/net/websocket_frames.hpp"
#include "engine/async/cancellation.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/base/secret.hpp"
#include "engine/base/utf8.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <openssl/rand.h>

#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace slipway::net {

namespace asio = boost::asio;

namespace {

// Fresh for every frame, and not to be guessed (RFC 6455 §10.3).
websocket_mask fresh_mask() {
    websocket_mask out{};
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
        throw std::runtime_error("OpenSSL has no randomness");
    return out;
}

// A frame that a coroutine waits for.
struct outgoing {
    enum class state { waiting, being_sent, sent, failed };

    explicit outgoing(std::string text) : frame(std::move(text)) {}
    ~outgoing() { wipe(frame); }
    outgoing(const outgoing&) = delete;
    outgoing& operator=(const outgoing&) = delete;

    void finish(bool well) {
        now = well ? state::sent : state::failed;
        changed.notify_all();
    }

    std::string frame;
    state now = state::waiting;
    wakeup changed;
};

// What the client and its two coroutines share. It outlives the client until both have noticed.
struct conversation {
    conversation(std::unique_ptr<stream> opened, std::string name, websocket_limits given)
        : connection(std::move(opened)), where(std::move(name)), limits(given), frames(given.message) {}

    // It has ended: as the peer has decided, else because the connection was lost.
    void finish(std::string lost) {
        if (end) return;
        end = std::move(verdict);
        if (!end) {
            websocket_lost how;
            how.message = std::move(lost);
            end = std::move(how);
        }
        fail_waiting();
        arrived.notify_all();
        ended.notify_all();
    }
    // The peer said goodbye, or something that ends it. The end is announced when our answer is out: whoever hears of
    // it may let go of the client.
    void decide(websocket_end how, std::string answer) {
        verdict = std::move(how);
        fail_waiting();
        say_goodbye(std::move(answer));
        ended.notify_all();
    }
    void fail_waiting() {
        for (auto& item : std::exchange(waiting, {})) item->finish(false);
    }
    // The last frame, after those that are waiting.
    void say_goodbye(std::string payload) {
        if (goodbye_said) return;
        goodbye_said = true;
        goodbye = std::move(payload);
        wanted.notify_all();
        taken.notify_all();
    }
    void shut() {
        if (closed) return;
        closed = true;
        connection->close();
        fail_waiting();
        wanted.notify_all();
        taken.notify_all();
    }

    void give_up() {
        finish("The connection to " + where + " was given up.");
        shut();
    }

    std::unique_ptr<stream> connection;
    std::string where;
    websocket_limits limits;
    std::optional<websocket_end> verdict;
    std::optional<websocket_end> end;
    wakeup ended;         // or decided
    bool closed = false;  // the connection

    frame_reader frames;
    std::optional<std::string> unread;
    wakeup arrived;  // a message, or the end
    wakeup taken;

    std::deque<std::shared_ptr<outgoing>> waiting;
    std::optional<std::string> pong;  // of the last ping: earlier ones need none (RFC 6455 §5.5.3)
    bool goodbye_said = false;
    std::optional<std::string> goodbye;  // still to be sent
    wakeup wanted;                       // something to send
};

asio::awaitable<bool> write_in_time(conversation& s, std::string_view frame, std::chrono::milliseconds allowed) {
    const auto loop = co_await asio::this_coro::executor;
    deadline until(loop, allowed);
    deadline::watch watch(until, [&s, allowed] {
        s.finish(s.where + " took nothing for " + time_text(allowed) + ".");
        s.shut();
    });
    const auto failed = co_await write_whole(*s.connection, frame);
    co_return !failed && !s.closed;
}

std::string no_answer(const conversation& s) {
    return s.where + " did not answer our goodbye within " + time_text(s.limits.close) + ".";
}

asio::awaitable<void> write_frames(std::shared_ptr<conversation> s) {
    bool well = true;
    while (well && !s->closed) {
        if (s->pong) {
            const std::string payload = *std::exchange(s->pong, std::nullopt);
            const std::string frame = write_frame(websocket_opcode::pong, payload, fresh_mask());
            well = co_await write_in_time(*s, frame, s->limits.write);
        } else if (!s->waiting.empty()) {
            const auto item = s->waiting.front();
            s->waiting.pop_front();
            item->now = outgoing::state::being_sent;
            well = co_await write_in_time(*s, item->frame, s->limits.write);
            item->finish(well);
        } else if (s->goodbye) {
            const std::string frame = write_frame(websocket_opcode::close, *s->goodbye, fresh_mask());
            s->goodbye.reset();
            co_await write_in_time(*s, frame, s->limits.close);
            break;
        } else {
            co_await s->wanted.wait();
        }
    }
    // Nothing more is sent. What the peer said last may be on its way, also where it takes nothing any more.
    s->goodbye_said = true;
    s->taken.notify_all();
    s->fail_waiting();
    const auto loop = co_await asio::this_coro::executor;
    deadline until(loop, s->limits.close);
    deadline::watch watch(until, [&s] { s->ended.notify_all(); });
    while (!s->verdict && !s->end && !until.expired()) co_await s->ended.wait();
    if (well)
        s->finish(no_answer(*s));
    else
        s->finish("The connection to " + s->where + " broke while something was being sent.");
    s->shut();
}

std::string why_it_ended(const conversation& s, boost::system::error_code failed) {
    if (failed == asio::error::eof || failed == asio::ssl::error::stream_truncated)
        return s.where + " closed the connection without a goodbye.";
    return "The connection to " + s.where + " broke: " + failed.message() + ".";
}

// What has come is worked through; false at the end.
asio::awaitable<bool> take_in(conversation& s, std::string_view bytes) {
    using progress = frame_reader::progress;
    while (!bytes.empty()) {
        while (s.unread && !s.goodbye_said && !s.closed) co_await s.taken.wait();
        if (s.closed) co_return false;
        switch (s.frames.feed(bytes)) {
            case progress::more:
                break;
            case progress::text: {
                std::string text = s.frames.take();
                if (s.goodbye_said) break;  // nobody waits for it any more
                s.unread = std::move(text);
                s.arrived.notify_all();
                break;
            }
            case progress::ping:
                s.pong = s.frames.take();
                s.wanted.notify_all();
                break;
            case progress::closed: {
                const websocket_closed how = s.frames.goodbye();
                s.decide(how, how.code == 1005 ? std::string() : write_close(how.code, {}));
                co_return false;
            }
            case progress::refused: {
                websocket_lost how;
                how.told = s.frames.why().code;
                how.message =
                    s.where + " broke the rules of WebSocket: it sent " + std::string(s.frames.why().why) + ".";
                s.decide(std::move(how), write_close(s.frames.why().code, {}));
                co_return false;
            }
        }
    }
    co_return true;
}

asio::awaitable<void> read_frames(std::shared_ptr<conversation> s, std::string first) {
    std::vector<char> piece(16u << 10);
    bool more = co_await take_in(*s, first);
    while (more) {
        const transfer got = co_await s->connection->read_some(asio::buffer(piece));
        if (got.bytes > 0) {
            more = co_await take_in(*s, std::string_view(piece.data(), got.bytes));
        } else {
            s->finish(why_it_ended(*s, got.failed));
            s->shut();
            more = false;
        }
    }
}

asio::awaitable<websocket_event> read_from(std::shared_ptr<conversation> s) {
    for (;;) {
        if (s->unread) {
            websocket_event message(*std::exchange(s->unread, std::nullopt));
            s->taken.notify_all();
            co_return message;
        }
        if (s->end) co_return std::visit([](const auto& how) { return websocket_event(how); }, *s->end);
        co_await s->arrived.wait();
        co_await stop_if_cancelled();  // the message stays for the next one who asks
    }
}

asio::awaitable<bool> send_through(std::shared_ptr<conversation> s, std::string text) {
    const auto item = std::make_shared<outgoing>(write_frame(websocket_opcode::text, text, fresh_mask()));
    wipe(text);
    if (s->end || s->goodbye_said) co_return false;
    s->waiting.push_back(item);
    s->wanted.notify_all();
    struct leaving {
        conversation& from;
        const std::shared_ptr<outgoing>& item;
        ~leaving() {
            if (item->now == outgoing::state::waiting) std::erase(from.waiting, item);
        }
    } guard{*s, item};
    while (item->now == outgoing::state::waiting || item->now == outgoing::state::being_sent)
        co_await item->changed.wait();
    co_return item->now == outgoing::state::sent;
}

asio::awaitable<websocket_end> close_with(std::shared_ptr<conversation> s, std::string payload) {
    struct leaving {
        conversation& of;
        ~leaving() { of.give_up(); }
    } guard{*s};
    const auto loop = co_await asio::this_coro::executor;
    s->say_goodbye(std::move(payload));
    deadline until(loop, s->limits.close);
    deadline::watch watch(until, [&s] { s->finish(no_answer(*s)); });
    while (!s->end) co_await s->ended.wait();
    co_return *s->end;
}

class client final : public websocket_client {
public:
    explicit client(std::shared_ptr<conversation> of) : conversation_(std::move(of)) {}
    ~client() override { conversation_->give_up(); }
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    // The coroutines own the conversation as well: they may outlive the client.
    asio::awaitable<websocket_event> read() override { return read_from(conversation_); }

    asio::awaitable<bool> send(std::string text) override {
        if (!is_utf8(text)) throw std::logic_error("a WebSocket's text that is not UTF-8");
        return send_through(conversation_, std::move(text));
    }

    asio::awaitable<websocket_end> close(std::uint16_t code, std::string reason) override {
        if (!is_close_code(code)) throw std::logic_error("a WebSocket's closing code that must not be sent");
        return close_with(conversation_, write_close(code, reason));
    }

private:
    std::shared_ptr<conversation> conversation_;
};

void rethrow(std::exception_ptr bug) {
    if (bug) std::rethrow_exception(bug);
}

}  // namespace

std::unique_ptr<websocket_client> begin_conversation(const asio::any_io_executor& loop,
                                                     std::unique_ptr<stream> connection, std::string name,
                                                     websocket_limits limits, std::string first) {
    const auto shared = std::make_shared<conversation>(std::move(connection), std::move(name), limits);
    asio::co_spawn(loop, read_frames(shared, std::move(first)), rethrow);
    asio::co_spawn(loop, write_frames(shared), rethrow);
    return std::make_unique<client>(shared);
}

}  // namespace slipway::net
