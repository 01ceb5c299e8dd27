// A connected stream of bytes, plain or TLS, with the kind erased: what is spoken over it (HTTP, WebSocket) does not
// have to be compiled against sockets. One owner, one loop, one thread; destroying it closes the connection at once.
// Cancelling a coroutine that reads or writes makes the call return operation_aborted; the stream is then of no more
// use.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string_view>

namespace slipway::net {

struct transfer {
    boost::system::error_code failed;
    std::size_t bytes = 0;
};

class stream {
public:
    virtual ~stream() = default;

    // failed == asio::error::eof: the peer closed in good order. Over TLS a close without its closing alert is
    // stream_truncated.
    virtual boost::asio::awaitable<transfer> read_some(boost::asio::mutable_buffer into) = 0;
    // With an error and bytes == 0 nothing of `from` can have been understood by the peer.
    virtual boost::asio::awaitable<transfer> write_some(boost::asio::const_buffer from) = 0;

    virtual void close() noexcept = 0;

    // False where the peer has closed or sent something unasked: an idle connection like that must not be used again.
    virtual bool quiet() = 0;
};

// All of it, or why not.
boost::asio::awaitable<boost::system::error_code> write_whole(stream& to, std::string_view bytes);

}  // namespace slipway::net
