#include "adapters/net/http_session.hpp"

#include "adapters/net/deadline.hpp"
#include "adapters/net/http_problem.hpp"
#include "engine/base/http_date.hpp"
#include "engine/base/secret.hpp"
#include "engine/async/returned.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/crypto.h>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <utility>

namespace slipway::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t beyond_head = 16u << 10;  // of a body, read at once

std::string date_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return to_http_date(timestamp{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()});
}

bool has_no_body(int status) {
    return status == 204 || status == 304 || status / 100 == 1;
}

std::string head_of(const http_reply& reply, bool keep_alive, bool chunks) {
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " " + std::string(reason_of(reply.status)) + "\r\n";
    for (const auto& header : reply.headers) {
        // A line break in a value would begin another header.
        if ((header.name + header.value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) continue;
        text += header.name + ": " + header.value + "\r\n";
    }
    text += "Date: " + date_now() + "\r\n";
    if (chunks)
        text += "Transfer-Encoding: chunked\r\n";
    else if (!reply.stream && !has_no_body(reply.status))
        text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
    if (!keep_alive) text += "Connection: close\r\n";
    return text + "\r\n";
}

http_reply crashed(std::exception_ptr fault, const fault_listener& on_fault) {
    try {
        std::rethrow_exception(std::move(fault));
    } catch (const std::exception& e) {
        if (on_fault) on_fault(e.what());
    } catch (...) {
        if (on_fault) on_fault("an exception of no known kind");
    }
    return problem_reply(500, "internal", "The request could not be answered because of a fault in the program.");
}

}  // namespace

http_session::http_session(any_socket socket, http_caller caller, std::shared_ptr<const session_rules> rules)
    : socket_(std::move(socket)), caller_(caller), rules_(std::move(rules)) {
    buffer_.resize(rules_->limits.head + beyond_head);
}

http_session::~http_session() {
    wipe(buffer_);
}

void http_session::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

void http_session::drop(std::size_t used) {
    std::memmove(buffer_.data(), buffer_.data() + used, filled_ - used);
    OPENSSL_cleanse(buffer_.data() + filled_ - used, used);
    filled_ -= used;
}

asio::awaitable<http_session::reading> http_session::read(request_reader& reader, bool first) {
    const server_limits& limits = rules_->limits;
    const auto stop_reading = [this] {
        error_code ignored;
        socket_.cancel(ignored);
    };
    const auto loop = co_await asio::this_coro::executor;
    // One after the other: idle, head, body.
    std::optional<deadline> until;
    std::optional<deadline::watch> watch;
    const auto allow = [&](std::chrono::milliseconds time) {
        watch.reset();
        until.emplace(loop, time);
        watch.emplace(*until, stop_reading);
    };
    bool head_begun = first;
    bool body_begun = false;
    allow(first ? limits.head_time : limits.idle_time);
    for (;;) {
        if (filled_ > 0) {
            std::string_view bytes(buffer_.data(), filled_);
            const auto state = reader.feed(bytes);
            drop(filled_ - bytes.size());
            if (state == request_reader::progress::done) co_return reading::request;
            if (state == request_reader::progress::refused) co_return reading::refused;
            if (reader.started() && !head_begun) {
                head_begun = true;
                allow(limits.head_time);
            }
            if (reader.head_done() && !body_begun) {
                body_begun = true;
                const bool welcome = co_await let_in(reader.request());
                if (!welcome) co_return reading::turned_away;
                allow(limits.body_time);
            }
            if (reader.head_done() && reader.wants_continue()) {
                const bool told = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
                if (!told) co_return reading::closed;
            }
        }
        if (until->expired()) co_return reader.started() ? reading::timed_out : reading::closed;
        const auto room = asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_);
        auto [failed, count] = co_await socket_.async_read_some(room, returned);
        filled_ += count;
        if (until->expired()) co_return reader.started() ? reading::timed_out : reading::closed;
        if (failed) co_return reading::closed;
    }
}

// A request with a body: whether it may come is known from its head.
asio::awaitable<bool> http_session::let_in(const http_request& head) {
    if (rules_->guard) turned_away_ = co_await rules_->guard(head, caller_);
    co_return !turned_away_;
}

asio::awaitable<http_reply> http_session::answer(const http_request& request) {
    std::exception_ptr broken;
    try {
        co_return co_await rules_->answer(request, caller_);
    } catch (...) {
        broken = std::current_exception();
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) std::rethrow_exception(broken);
    co_return crashed(broken, rules_->on_fault);
}

asio::awaitable<bool> http_session::write(std::string_view bytes) {
    const auto loop = co_await asio::this_coro::executor;
    deadline until(loop, rules_->limits.write_time);
    deadline::watch watch(until, [this] { close(); });
    while (!bytes.empty()) {
        auto [failed, count] = co_await socket_.async_write_some(asio::buffer(bytes), returned);
        bytes.remove_prefix(count);
        if (failed || until.expired()) co_return false;
    }
    co_return true;
}

// A client that is still sending would get a reset instead of the answer: what it sends is read for a while.
asio::awaitable<void> http_session::refuse(http_reply reply) {
    std::string text = head_of(reply, false, false) + reply.body;
    const bool told = co_await write(text);
    if (!told) co_return;
    error_code failed;
    socket_.shutdown(any_socket::shutdown_send, failed);
    const auto loop = co_await asio::this_coro::executor;
    deadline until(loop, rules_->limits.close_time);
    deadline::watch watch(until, [this] { close(); });
    co_await read_until_closed();
}

asio::awaitable<void> http_session::read_until_closed() {
    // Nobody is listened to for as long as they like to talk.
    for (std::size_t left = rules_->limits.body; left > 0;) {
        auto [failed, count] = co_await socket_.async_read_some(asio::buffer(buffer_), returned);
        OPENSSL_cleanse(buffer_.data(), count);
        if (failed || !socket_.is_open()) co_return;
        left -= std::min(left, count);
    }
}

asio::awaitable<void> http_session::turn_away() {
    auto reply = problem_reply(503, "busy", "Too many connections are open; try again in a moment.");
    reply.headers.push_back(http_header{"Retry-After", "1"});
    co_await refuse(std::move(reply));
}

asio::awaitable<void> http_session::serve_stream(const http_reply& reply, bool chunks) {
    struct writer final : body_writer {
        http_session& session;
        bool chunks;
        bool good = true;
        std::exception_ptr fault;
        writer(http_session& s, bool c) : session(s), chunks(c) {}
        asio::awaitable<bool> write(std::string_view piece) override {
            if (!good || piece.empty()) co_return good;
            std::string framed;
            if (chunks) {
                static constexpr char digits[] = "0123456789abcdef";
                for (std::size_t left = piece.size(); left > 0; left /= 16) framed.insert(0, 1, digits[left % 16]);
                framed.append("\r\n").append(piece).append("\r\n");
                piece = framed;
            }
            good = co_await session.write(piece);
            co_return good;
        }
    } out(*this, chunks);

    const auto produce = [](const http_reply& from, writer& to) -> asio::awaitable<void> {
        try {
            co_await from.stream(to);
        } catch (const boost::system::system_error& stopped) {
            to.good = false;
            if (stopped.code() != asio::error::operation_aborted) to.fault = std::current_exception();
        } catch (...) {
            to.fault = std::current_exception();
            to.good = false;  // the body has no proper end then, which tells the client
        }
    };
    using namespace asio::experimental::awaitable_operators;
    auto produced = produce(reply, out);
    auto watched = read_until_closed();
    auto either = std::move(produced) || std::move(watched);
    const auto ended = co_await std::move(either);
    if (out.fault) crashed(out.fault, rules_->on_fault);
    if (ended.index() == 0 && out.good && chunks) co_await write("0\r\n\r\n");
}

asio::awaitable<void> http_session::run() {
    for (bool first = true;; first = false) {
        request_reader reader(rules_->limits);
        const reading state = co_await read(reader, first);
        if (state == reading::closed) co_return;
        if (state == reading::refused) {
            const auto& why = reader.why();
            co_await refuse(problem_reply(why.status, why.slug, why.detail));
            co_return;
        }
        if (state == reading::turned_away) {
            co_await refuse(*std::move(turned_away_));
            co_return;
        }
        if (state == reading::timed_out) {
            co_await refuse(problem_reply(408, "too-slow", "The request did not arrive in time."));
            co_return;
        }
        answering_ = true;
        const http_reply reply = co_await answer(reader.request());
        const bool head_only = reader.request().method == "HEAD";
        const bool keep_alive = reader.keep_alive() && !reply.stream && !rules_->stopping;
        const bool chunks = reply.stream && !head_only && reader.chunks_allowed();
        std::string text = head_of(reply, keep_alive, chunks);
        if (!head_only && !reply.stream && !has_no_body(reply.status)) text += reply.body;
        answering_ = !reply.stream;
        if (!answering_ && rules_->stopping) co_return;
        const bool sent = co_await write(text);
        if (!sent) co_return;
        if (reply.stream && !head_only) co_await serve_stream(reply, chunks);
        answering_ = false;
        if (!keep_alive) break;
    }
    error_code ignored;
    socket_.shutdown(any_socket::shutdown_send, ignored);
}

}  // namespace slipway::net
