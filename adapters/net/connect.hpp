// The way to a peer: resolves its name, connects and shakes hands over TLS, or goes through a unix socket. Whatever is
// spoken then (HTTP, WebSocket) gets a stream of bytes and does not know which way it came. Called on the loop's thread
// and resumes there; the caller owns the stream. A failure is a sentence that names the peer, and says that nothing of
// the caller's has been sent.
#pragma once

#include "adapters/net/deadline.hpp"
#include "adapters/net/stream.hpp"
#include "adapters/net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace slipway::net {

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
// Throws operation_aborted when the coroutine is cancelled.
boost::asio::awaitable<connect_result> connect(std::string host, std::uint16_t port, tls_context tls, deadline& until);

// The same for the unix socket at `path`; the message says what to do where nobody listens there.
boost::asio::awaitable<connect_result> connect_unix(std::string path, deadline& until);

}  // namespace slipway::net
