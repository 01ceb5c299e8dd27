#include "tools/hetzner-sim/byte_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace slipway::sim {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

class plain final : public byte_stream {
public:
    explicit plain(tcp::socket socket) : socket_(std::move(socket)) {}

    asio::awaitable<std::size_t> read(asio::mutable_buffer into) override {
        const auto [failed, n] = co_await socket_.async_read_some(into, as_result);
        co_return failed ? 0 : n;
    }
    asio::awaitable<bool> write(std::string bytes) override {
        const auto [failed, n] = co_await asio::async_write(socket_, asio::buffer(bytes), as_result);
        co_return !failed;
    }
    void close() override {
        boost::system::error_code ec;
        socket_.shutdown(tcp::socket::shutdown_both, ec);
        socket_.close(ec);
    }

private:
    tcp::socket socket_;
};

class tls final : public byte_stream {
public:
    tls(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

    asio::awaitable<bool> handshake() {
        const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
        co_return !failed;
    }
    asio::awaitable<std::size_t> read(asio::mutable_buffer into) override {
        const auto [failed, n] = co_await stream_.async_read_some(into, as_result);
        co_return failed ? 0 : n;
    }
    asio::awaitable<bool> write(std::string bytes) override {
        const auto [failed, n] = co_await asio::async_write(stream_, asio::buffer(bytes), as_result);
        co_return !failed;
    }
    void close() override {
        boost::system::error_code ec;
        stream_.next_layer().shutdown(tcp::socket::shutdown_both, ec);
        stream_.next_layer().close(ec);
    }

private:
    asio::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<byte_stream> plain_stream(tcp::socket socket) {
    return std::make_unique<plain>(std::move(socket));
}

asio::awaitable<std::unique_ptr<byte_stream>> tls_stream(tcp::socket socket, asio::ssl::context& context) {
    auto stream = std::make_unique<tls>(std::move(socket), context);
    const bool well = co_await stream->handshake();
    if (!well) stream.reset();
    co_return std::move(stream);
}

}  // namespace slipway::sim
