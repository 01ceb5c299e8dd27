#include "adapters/net/http_client.hpp"

#include "adapters/net/connect.hpp"
#include "adapters/net/http_codec.hpp"
#include "engine/async/cancellation.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/base/secret.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace slipway::net {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

namespace {

struct idle_connection {
    std::unique_ptr<stream> connection;
    steady::time_point since;
};

struct pool {
    url origin;
    std::optional<std::string> path;  // of a unix socket; none: origin
    tls_context tls;
    http_limits limits;
    std::deque<idle_connection> idle;  // the one used last is at the back
    std::size_t in_use = 0;
    wakeup freed;
};

// The right to one of the pool's connections, from before it is opened until it is closed or given back.
class slot {
public:
    explicit slot(std::shared_ptr<pool> owner) : pool_(std::move(owner)) { ++pool_->in_use; }
    ~slot() {
        connection.reset();
        --pool_->in_use;
        pool_->freed.notify_one();
    }
    slot(const slot&) = delete;
    slot& operator=(const slot&) = delete;

    void give_back() { pool_->idle.push_back(idle_connection{std::move(connection), steady::now()}); }

    std::unique_ptr<stream> connection;
    bool reused = false;

private:
    std::shared_ptr<pool> pool_;
};

std::string name_of(const pool& of) {
    return of.path.value_or(of.origin.host);
}

bool repeatable(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

// The connection used last that may still be used after `longest`; dead and old ones are closed on the way.
std::unique_ptr<stream> take_idle(pool& from, std::chrono::milliseconds longest) {
    const auto now = steady::now();
    std::erase_if(from.idle, [&](idle_connection& entry) {
        return now - entry.since > from.limits.idle || !entry.connection->quiet();
    });
    if (from.idle.empty() || now - from.idle.back().since > longest) return nullptr;
    auto taken = std::move(from.idle.back().connection);
    from.idle.pop_back();
    return taken;
}

http_error failure(http_failure kind, std::string message, bool timed_out = false) {
    http_error out;
    out.failure = kind;
    out.message = std::move(message);
    out.timed_out = timed_out;
    return out;
}

struct exchanged {
    http_result result;
    bool written = false;   // some of the request was accepted
    bool answered = false;  // some of the answer came
};

// One request and its answer over one connection. On success the connection is given back where it may live on.
asio::awaitable<exchanged> exchange(pool& owner, slot& with, std::string_view method, std::string_view bytes,
                                    deadline& until) {
    const std::string where = name_of(owner);
    const std::string in_time = " within " + time_text(owner.limits.deadline) + ".";
    exchanged out{failure(http_failure::lost, {})};
    deadline::watch watch(until, [&with] { with.connection->close(); });

    while (!bytes.empty()) {
        const transfer sent = co_await with.connection->write_some(asio::buffer(bytes));
        out.written = out.written || sent.bytes > 0;
        bytes.remove_prefix(sent.bytes);
        if (!sent.failed) continue;
        const auto kind = out.written ? http_failure::lost : http_failure::not_sent;
        if (until.expired())
            out.result = failure(kind, where + " did not take the whole request" + in_time, true);
        else
            out.result = failure(kind, "The connection to " + where +
                                           " broke while the request was being sent: " + sent.failed.message() + ".");
        co_return out;
    }

    response_reader reader(method, owner.limits);
    std::string pending;
    char piece[16384];
    for (auto state = response_reader::progress::more; state != response_reader::progress::done;) {
        const transfer got = co_await with.connection->read_some(asio::buffer(piece));
        if (got.bytes > 0) {
            out.answered = true;
            pending.append(piece, got.bytes);
            std::string_view rest = pending;
            state = reader.feed(rest);
            pending.erase(0, pending.size() - rest.size());
        } else if (got.failed == asio::error::eof) {
            state = reader.end_of_stream();
        }
        if (state == response_reader::progress::too_large) {
            out.result = failure(http_failure::too_large, "The answer of " + where + " is larger than allowed.");
            co_return out;
        }
        if (state == response_reader::progress::malformed) {
            out.result = failure(http_failure::malformed, where + " sent an answer that is not HTTP.");
            co_return out;
        }
        if (state == response_reader::progress::more && got.failed) {
            if (until.expired())
                out.result = failure(http_failure::lost, where + " did not answer" + in_time, true);
            else if (out.answered)
                out.result = failure(http_failure::lost, where + " closed the connection in the middle of its answer.");
            else
                out.result = failure(http_failure::lost, where + " closed the connection without an answer.");
            co_return out;
        }
    }
    const bool clean = reader.keep_alive() && pending.empty() && !until.expired();
    out.result = reader.take();
    if (clean) with.give_back();
    co_return out;
}

asio::awaitable<http_result> send_over(std::shared_ptr<pool> pool, http_request request) {
    const std::string where = name_of(*pool);
    std::string bytes = write_request(request, pool->origin.authority());
    struct wiper {
        std::string& text;
        ~wiper() { wipe(text); }
    } wipes{bytes};
    for (auto& header : request.headers) wipe(header.value);
    if (bytes.empty())
        co_return failure(http_failure::not_sent, "A request to " + where +
                                                      " has a character in its address or its "
                                                      "headers that must not be sent; check the token.");

    const auto loop = co_await asio::this_coro::executor;
    deadline until(loop, pool->limits.deadline);
    const bool may_repeat = repeatable(request.method);
    bool fresh_only = false;
    for (;;) {
        // A turn ends in an answer, or in a failure, or in at most one more turn on a fresh connection.
        while (pool->in_use >= pool->limits.connections && !until.expired()) {
            deadline::watch watch(until, [pool] { pool->freed.notify_all(); });
            co_await pool->freed.wait();
        }
        if (until.expired())
            co_return failure(http_failure::not_sent,
                              "All connections to " + where + " were busy for " + time_text(pool->limits.deadline) + ".",
                              true);
        slot own(pool);
        if (!fresh_only)
            own.connection = take_idle(*pool, may_repeat ? pool->limits.idle : pool->limits.idle_for_unrepeatable);
        own.reused = own.connection != nullptr;
        if (!own.reused) {
            while (!pool->idle.empty() && pool->idle.size() + pool->in_use > pool->limits.connections)
                pool->idle.pop_front();
            auto connecting = pool->path ? connect_unix(*pool->path, until)
                                         : connect(pool->origin.host, pool->origin.port, pool->tls, until);
            auto opened = co_await std::move(connecting);
            if (opened.has_error()) {
                auto refused = failure(http_failure::not_sent, opened.error().message, opened.error().timed_out);
                refused.certificate = opened.error().certificate;
                co_return refused;
            }
            own.connection = std::move(*opened);
        }
        auto done = co_await exchange(*pool, own, request.method, bytes, until);
        // A whole answer is handed over even to a caller who is being cancelled: it may name what was just created.
        if (done.result.has_error()) co_await stop_if_cancelled();
        const bool again = done.result.has_error() && own.reused && !done.answered && !until.expired() &&
                           (may_repeat || !done.written);
        if (!again) co_return std::move(done.result);
        fresh_only = true;
    }
}

class pooled_client final : public http_client {
public:
    pooled_client(url origin, tls_context tls, http_limits limits) : pool_(std::make_shared<pool>()) {
        pool_->origin = std::move(origin);
        pool_->tls = pool_->origin.tls() ? std::move(tls) : nullptr;
        pool_->limits = limits;
    }
    pooled_client(std::string path, http_limits limits) : pool_(std::make_shared<pool>()) {
        pool_->origin.scheme = "http";
        pool_->origin.host = "localhost";
        pool_->origin.port = 80;
        pool_->path = std::move(path);
        pool_->limits = limits;
    }

    // The coroutine owns the pool as well: a call may outlive its client.
    asio::awaitable<http_result> send(http_request request) override { return send_over(pool_, std::move(request)); }

private:
    std::shared_ptr<pool> pool_;
};

}  // namespace

std::shared_ptr<http_client> make_http_client(const url& origin, tls_context tls, http_limits limits) {
    if (origin.tls() && !tls) throw std::logic_error("an https client needs a TLS context");
    return std::make_shared<pooled_client>(origin, std::move(tls), limits);
}

std::shared_ptr<http_client> make_unix_http_client(std::string path, http_limits limits) {
    return std::make_shared<pooled_client>(std::move(path), limits);
}

}  // namespace slipway::net
