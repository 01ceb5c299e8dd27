#include "adapters/net/connect.hpp"

#include "engine/async/cancellation.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/async/returned.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

namespace slipway::net {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// One address of several must not use up all the time: a network that drops IPv6 in silence would never get to IPv4.
constexpr std::chrono::milliseconds one_address{5000};

template <class Socket>
bool nothing_to_read(Socket& socket) {
    if (!socket.is_open()) return false;
    char byte = 0;
    const auto got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

template <class Socket>
class plain_stream final : public stream {
public:
    explicit plain_stream(Socket socket) : socket_(std::move(socket)) {}

    asio::awaitable<transfer> read_some(asio::mutable_buffer into) override {
        transfer done;
        std::tie(done.failed, done.bytes) = co_await socket_.async_read_some(into, returned);
        co_return done;
    }
    asio::awaitable<transfer> write_some(asio::const_buffer from) override {
        transfer done;
        std::tie(done.failed, done.bytes) = co_await socket_.async_write_some(from, returned);
        co_return done;
    }
    void close() noexcept override {
        error_code ignored;
        socket_.close(ignored);
    }
    bool quiet() override { return nothing_to_read(socket_); }

private:
    Socket socket_;
};

// Closing does not wait for the peer's closing alert: HTTP tells where a message ends.
class tls_stream final : public stream {
public:
    tls_stream(tcp::socket socket, tls_context context)
        : context_(std::move(context)), tls_(std::move(socket), *context_) {}

    asio::awaitable<error_code> handshake() {
        auto [failed] = co_await tls_.async_handshake(ssl::stream_base::client, returned);
        co_return failed;
    }
    asio::awaitable<transfer> read_some(asio::mutable_buffer into) override {
        transfer done;
        std::tie(done.failed, done.bytes) = co_await tls_.async_read_some(into, returned);
        co_return done;
    }
    // A record that was sent in part cannot be decrypted: an error without a count means that nothing arrived.
    asio::awaitable<transfer> write_some(asio::const_buffer from) override {
        transfer done;
        std::tie(done.failed, done.bytes) = co_await tls_.async_write_some(from, returned);
        co_return done;
    }
    void close() noexcept override {
        error_code ignored;
        tls_.next_layer().close(ignored);
    }
    bool quiet() override { return nothing_to_read(tls_.next_layer()); }

    SSL* native() { return tls_.native_handle(); }

private:
    tls_context context_;
    ssl::stream<tcp::socket> tls_;
};

struct resolution {
    std::vector<tcp::endpoint> endpoints;
    error_code failed;
    bool done = false;
    wakeup changed;
};

// getaddrinfo cannot be interrupted, so the answer is left behind where the time is over or the caller goes.
asio::awaitable<error_code> resolve(const std::string& host, std::uint16_t port, std::vector<tcp::endpoint>& endpoints,
                                    deadline& until) {
    error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        endpoints.emplace_back(address, port);
        co_return error_code{};
    }
    const auto loop = co_await asio::this_coro::executor;
    auto found = std::make_shared<resolution>();
    auto resolver = std::make_shared<tcp::resolver>(loop);
    resolver->async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                            [found, resolver](error_code failed, const tcp::resolver::results_type& results) {
                                found->failed = failed;
                                for (const auto& entry : results) found->endpoints.push_back(entry.endpoint());
                                found->done = true;
                                found->changed.notify_all();
                            });
    deadline::watch watch(until, [found] { found->changed.notify_all(); });
    while (!found->done && !until.expired()) co_await found->changed.wait();
    if (!found->done) co_return error_code(asio::error::timed_out);
    endpoints = std::move(found->endpoints);
    co_return found->failed;
}

asio::awaitable<error_code> reach(tcp::socket& socket, tcp::endpoint endpoint, bool last, deadline& until) {
    error_code failed;
    socket.open(endpoint.protocol(), failed);
    if (failed) co_return failed;
    const auto loop = co_await asio::this_coro::executor;
    const auto allowed = last ? until.left() : std::min(one_address, until.left());
    deadline attempt(loop, allowed);
    const auto close = [&socket] {
        error_code ignored;
        socket.close(ignored);
    };
    deadline::watch outer(until, close);
    deadline::watch inner(attempt, close);
    std::tie(failed) = co_await socket.async_connect(endpoint, returned);
    co_await stop_if_cancelled();
    if (until.expired() || attempt.expired()) co_return error_code(asio::error::timed_out);
    if (!failed) socket.set_option(tcp::no_delay(true), failed);
    co_return failed;
}

connect_error cannot(const std::string& where, const std::string& why, bool timed_out) {
    connect_error out;
    out.message = "Cannot reach " + where + ": " + why + ".";
    out.timed_out = timed_out;
    return out;
}

std::string why_not_there(error_code failed) {
    if (failed == asio::error::connection_refused) return "nobody listens on it; start slipwayd";
    if (failed.value() == ENOENT) return "there is no such socket; start slipwayd, or check its SLIPWAY_LISTEN";
    if (failed == asio::error::access_denied) return "this user may not; join the group of the socket";
    return failed.message();
}

}  // namespace

asio::awaitable<connect_result> connect_unix(std::string path, deadline& until) {
    using asio::local::stream_protocol;
    const std::string where = "the unix socket " + path;
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) co_return cannot(where, "no such path", false);
    const auto loop = co_await asio::this_coro::executor;
    stream_protocol::socket socket(loop);
    const stream_protocol::endpoint there(path);
    error_code failed;
    {
        deadline::watch watch(until, [&socket] {
            error_code ignored;
            socket.close(ignored);
        });
        std::tie(failed) = co_await socket.async_connect(there, returned);
    }
    co_await stop_if_cancelled();
    if (until.expired()) co_return cannot(where, "no connection in time", true);
    if (failed) co_return cannot(where, why_not_there(failed), false);
    std::unique_ptr<stream> plain = std::make_unique<plain_stream<stream_protocol::socket>>(std::move(socket));
    co_return connect_result(std::move(plain));
}

asio::awaitable<connect_result> connect(std::string host, std::uint16_t port, tls_context tls, deadline& until) {
    const std::string where = host + ":" + std::to_string(port);
    const auto loop = co_await asio::this_coro::executor;

    std::vector<tcp::endpoint> endpoints;
    error_code failed = co_await resolve(host, port, endpoints, until);
    if (failed == asio::error::timed_out) co_return cannot(where, "its name could not be resolved in time", true);
    if (failed || endpoints.empty()) {
        const std::string why = failed ? failed.message() : std::string("it has no address");
        co_return cannot(where, "its name could not be resolved (" + why + ")", false);
    }

    tcp::socket socket(loop);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        socket = tcp::socket(loop);
        const bool last = i + 1 == endpoints.size();
        failed = co_await reach(socket, endpoints[i], last, until);
        if (!failed || until.expired()) break;
    }
    if (until.expired()) co_return cannot(where, "no connection in time", true);
    if (failed) co_return cannot(where, failed.message(), failed == asio::error::timed_out);
    if (!tls) {
        std::unique_ptr<stream> plain = std::make_unique<plain_stream<tcp::socket>>(std::move(socket));
        co_return connect_result(std::move(plain));
    }

    auto secured = std::make_unique<tls_stream>(std::move(socket), std::move(tls));
    if (!expect_host(secured->native(), host)) co_return cannot(where, "its name does not fit into TLS", false);
    {
        deadline::watch watch(until, [&secured] { secured->close(); });
        failed = co_await secured->handshake();
    }
    co_await stop_if_cancelled();
    if (until.expired()) co_return cannot(where, "the TLS handshake did not end in time", true);
    if (failed) {
        const auto explained = explain_handshake(secured->native(), failed.message());
        connect_error refused;
        refused.message = "No trusted connection to " + where + ": " + explained.why + ".";
        refused.certificate = explained.certificate;
        co_return refused;
    }
    std::unique_ptr<stream> ready = std::move(secured);
    co_return connect_result(std::move(ready));
}

}  // namespace slipway::net
