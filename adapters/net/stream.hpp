// A connected stream of bytes, plain or TLS, with the kind erased: what is spoken over it (HTTP, SMTP) does not have to
// be compiled against sockets. One owner, one loop, one thread; destroying it closes the connection at once. Cancelling
// a coroutine that reads or writes makes the call return operation_aborted; the stream is then of no more use.
#pragma once

#include "adapters/net/deadline.hpp"
#include "adapters/net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

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

struct connect_error {
    std::string message;  // a sentence for people
    bool certificate = false;
    bool timed_out = false;
};

[[noreturn]] inline void throw_exception_from_error(const connect_error& e, const boost::source_location&) {
    throw std::logic_error("no connection: " + e.message);
}

using connect_result = boost::system::result<std::unique_ptr<stream>, connect_error>;

// Resolves `host` (or takes it as an address), tries its addresses in turn, and shakes hands where `tls` is given.
// Nothing of the caller's has been sent when this fails. Throws operation_aborted when the coroutine is cancelled.
boost::asio::awaitable<connect_result> connect(std::string host, std::uint16_t port, tls_context tls, deadline& until);

// The same for the unix socket at `path`; the message says what to do where nobody listens there.
boost::asio::awaitable<connect_result> connect_unix(std::string path, deadline& until);

}  // namespace slipway::net
