// The HTTP/1.1 side of the simulator: accepts connections (plain or TLS), reads requests, has `service` answer them and
// writes the answers, keep-alive included. Everything runs on the one thread of the io_context.
#pragma once

#include "engine/base/error.hpp"
#include "tools/hetzner-sim/byte_stream.hpp"
#include "tools/hetzner-sim/endpoints.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace slipway::sim {

class http_server {
public:
    // `answered` is called after each request, before its answer is sent: the world may have new orders, another next
    // moment, and be worth saving.
    using answered_function = std::function<void(const request&, const reply&)>;
    http_server(boost::asio::io_context& io, service& backend, answered_function answered);
    ~http_server();

    // Files of PEM; call before `listen`.
    result<void> use_tls(const std::string& certificate, const std::string& key);
    // Port 0 picks a free one.
    result<boost::asio::ip::tcp::endpoint> listen(const boost::asio::ip::tcp::endpoint& at);

private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> open(boost::asio::ip::tcp::socket socket);
    boost::asio::awaitable<void> converse(byte_stream& stream);
    boost::asio::awaitable<bool> answer_one(byte_stream& stream, request asked, bool keep_alive);

    service& backend_;
    answered_function answered_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::unique_ptr<boost::asio::ssl::context> tls_;
};

// Milliseconds since the epoch, with a fraction.
double wall_clock_ms();

}  // namespace slipway::sim
