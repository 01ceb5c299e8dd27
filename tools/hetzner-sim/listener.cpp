#include "tools/hetzner-sim/listener.hpp"

#include "engine/base/http_date.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <chrono>
#include <cstdint>

namespace slipway::sim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::uint64_t body_limit = 1024 * 1024;

// One request of the connection; the parser holds what has been read of it. False where the connection is to be closed:
// it ended, or what came is no HTTP (`problem` is then not empty).
asio::awaitable<bool> read_request(byte_stream& stream, boost::beast::flat_buffer& buffer,
                                   http::request_parser<http::string_body>& parser, std::string& problem) {
    parser.eager(true);
    parser.body_limit(body_limit);
    bool told_to_continue = false;
    while (!parser.is_done()) {
        boost::system::error_code ec;
        if (buffer.size() > 0) {
            const std::size_t used = parser.put(buffer.data(), ec);
            buffer.consume(used);
            if (ec && ec != http::error::need_more) {
                problem = ec.message();
                co_return false;
            }
            if (parser.is_done()) break;
        }
        if (parser.is_header_done() && !told_to_continue && parser.get()[http::field::expect] == "100-continue") {
            told_to_continue = true;
            const bool told = co_await stream.write("HTTP/1.1 100 Continue\r\n\r\n");
            if (!told) co_return false;
        }
        const std::size_t n = co_await stream.read(buffer.prepare(16 * 1024));
        if (n == 0) co_return false;
        buffer.commit(n);
    }
    co_return true;
}

std::string bearer(const std::string& header) {
    constexpr std::string_view scheme = "Bearer ";
    return header.rfind(scheme, 0) == 0 ? header.substr(scheme.size()) : "";
}

std::string head_and_body(const reply& r, bool keep_alive, std::int64_t behind_ms = 0) {
    std::string text = "HTTP/1.1 " + std::to_string(r.status) + " ";
    text += std::string(http::obsolete_reason(static_cast<http::status>(r.status))) + "\r\n";
    text += "Date: " + to_http_date(timestamp{static_cast<std::int64_t>(wall_clock_ms()) - behind_ms}) + "\r\n";
    for (const auto& [name, value] : r.headers) text += name + ": " + value + "\r\n";
    if (r.status != 204) {
        text += "Content-Type: " + r.content_type + "\r\n";
        text += "Content-Length: " + std::to_string(r.body.size()) + "\r\n";
    }
    if (!keep_alive) text += "Connection: close\r\n";
    text += "\r\n";
    return r.status == 204 ? text : text + r.body;
}

}  // namespace

double wall_clock_ms() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(since).count()) / 1000.0;
}

http_server::http_server(asio::io_context& io, service& backend, answered_function answered)
    : backend_(backend), answered_(std::move(answered)), acceptor_(io) {}

http_server::~http_server() = default;

result<void> http_server::use_tls(const std::string& certificate, const std::string& key) {
    tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    boost::system::error_code ec;
    tls_->use_certificate_chain_file(certificate, ec);
    if (ec)
        return make_error(error_kind::configuration, "cannot use the certificate " + certificate + ": " + ec.message());
    tls_->use_private_key_file(key, asio::ssl::context::pem, ec);
    if (ec) return make_error(error_kind::configuration, "cannot use the key " + key + ": " + ec.message());
    return {};
}

result<tcp::endpoint> http_server::listen(const tcp::endpoint& at) {
    boost::system::error_code ec;
    acceptor_.open(at.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(at, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return make_error(error_kind::configuration, "cannot listen: " + ec.message());
    asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
    return acceptor_.local_endpoint();
}

asio::awaitable<void> http_server::accept() {
    while (true) {
        auto [failed, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (failed == asio::error::operation_aborted) co_return;
        if (failed) {  // no descriptors left: wait until some are closed
            asio::steady_timer pause(acceptor_.get_executor(), std::chrono::milliseconds(20));
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        boost::system::error_code ec;
        socket.set_option(tcp::no_delay(true), ec);
        asio::co_spawn(acceptor_.get_executor(), open(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> http_server::open(tcp::socket socket) {
    std::unique_ptr<byte_stream> stream;
    if (tls_) {
        stream = co_await tls_stream(std::move(socket), *tls_);
    } else {
        stream = plain_stream(std::move(socket));
    }
    if (!stream) co_return;
    co_await converse(*stream);
    stream->close();
}

asio::awaitable<void> http_server::converse(byte_stream& stream) {
    boost::beast::flat_buffer buffer;
    while (true) {
        http::request_parser<http::string_body> parser;
        std::string problem;
        const bool well = co_await read_request(stream, buffer, parser, problem);
        request asked;
        if (well) {
            auto& message = parser.get();
            asked.method = std::string(message.method_string());
            asked.token = bearer(std::string(message[http::field::authorization]));
            asked.body = std::move(message.body());
            if (!split_target(std::string(message.target()), asked)) problem = "bad target";
        }
        if (!problem.empty()) {
            std::string bad = head_and_body(failure(400, "invalid_input", "bad request: " + problem), false);
            co_await stream.write(std::move(bad));
            co_return;
        }
        if (!well) co_return;
        const bool keep_alive = parser.get().keep_alive();
        const bool go_on = co_await answer_one(stream, std::move(asked), keep_alive);
        if (!go_on || !keep_alive) co_return;
    }
}

asio::awaitable<bool> http_server::answer_one(byte_stream& stream, request asked, bool keep_alive) {
    const auto number = backend_.begin(asked, wall_clock_ms());
    if (const auto wait = backend_.delay_for(asked); wait > 0) {
        asio::steady_timer timer(acceptor_.get_executor(), std::chrono::milliseconds(wait));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    const std::int64_t behind = backend_.behind(asked);
    const reply out = backend_.handle(asked, static_cast<std::int64_t>(wall_clock_ms()));
    answered_(asked, out);
    if (out.how == delivery::keep_silent) {  // until the client gives up
        std::array<char, 256> ignored{};
        while (true) {
            const std::size_t n = co_await stream.read(asio::buffer(ignored));
            if (n == 0) break;
        }
    }
    if (out.how != delivery::send) {
        backend_.end(number, 0, wall_clock_ms());
        co_return false;
    }
    std::string text = head_and_body(out, keep_alive, behind);
    // Logged before it is sent: a client that has its answer finds it in the log.
    backend_.end(number, out.status, wall_clock_ms());
    const bool sent = co_await stream.write(std::move(text));
    co_return sent;
}

}  // namespace slipway::sim
