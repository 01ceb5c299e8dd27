// A connection to a client, plain or TLS, as the HTTP server sees it: bytes in, bytes out. One thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace slipway::sim {

class byte_stream {
public:
    virtual ~byte_stream() = default;

    // Bytes read; 0 where the connection has ended or broken.
    virtual boost::asio::awaitable<std::size_t> read(boost::asio::mutable_buffer into) = 0;
    // False where the connection broke.
    virtual boost::asio::awaitable<bool> write(std::string bytes) = 0;
    virtual void close() = 0;
};

std::unique_ptr<byte_stream> plain_stream(boost::asio::ip::tcp::socket socket);

// Does the TLS handshake; null where it fails.
boost::asio::awaitable<std::unique_ptr<byte_stream>> tls_stream(boost::asio::ip::tcp::socket socket,
                                                                boost::asio::ssl::context& context);

}  // namespace slipway::sim
