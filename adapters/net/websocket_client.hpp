// A WebSocket (RFC 6455) to one peer, for text: ws and wss over the same way as HTTP. Plain coroutines and values: no
// sockets in here.
//
// Owned by who opened it, who destroys it before the loop; called on the loop's thread and resumes there. It may be
// destroyed at any time: the connection is then closed at once, whoever waits for it learns that it is lost. Two
// coroutines of its own read and write, so that pings are answered and a frame is never cut, whatever happens to the
// coroutine that waits for one: cancelling read() loses no message, cancelling send() sends the whole text or nothing.
//
// It never asks whether the peer is still there: who needs to know sends something that has to be answered.
//
// The frames are written and read by hand (websocket_frames.hpp), not by Beast: what a client needs of them is some 200
// lines without a socket, which are tested byte by byte, while beast::websocket wants an AsyncStream of its own around
// our stream of bytes, has one outstanding read that must not be cancelled, and takes 20 s and 1.4 GB to compile.
#pragma once

#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace slipway::net {

struct websocket_limits {
    std::chrono::milliseconds open{15'000};   // from the name to the peer's consent
    std::chrono::milliseconds write{10'000};  // until the system has taken one frame
    std::chrono::milliseconds close{3'000};   // until the peer has answered a goodbye
    std::size_t message = 8u << 20;           // of the peer's, bytes, all its fragments together
};

// Why it was not opened. Nothing but the request for it has been sent.
struct websocket_error {
    std::string message;       // a sentence for people; names the host, never the query
    int status = 0;            // the peer answered in HTTP with this status; 0: it did not
    bool certificate = false;  // the peer's certificate was refused
    bool timed_out = false;
};

[[noreturn]] inline void throw_exception_from_error(const websocket_error& e, const boost::source_location&) {
    throw std::logic_error("no WebSocket: " + e.message);
}

// The peer said goodbye.
struct websocket_closed {
    std::uint16_t code = 1005;  // 1005: it gave none
    std::string reason;
};

// The connection ended without a goodbye of the peer's.
struct websocket_lost {
    std::string message;     // a sentence for people
    std::uint16_t told = 0;  // the peer broke the rules, and was told so with this code: 1002 a frame that is none,
                             // masked or out of order, 1003 not text, 1007 not UTF-8, 1009 too long. 0: it broke off
};

using websocket_end = std::variant<websocket_closed, websocket_lost>;
// A message, or how it ended. (Where it races, Asio's || takes the variant apart: look for std::monostate then.)
using websocket_event = std::variant<std::string, websocket_closed, websocket_lost>;

class websocket_client {
public:
    virtual ~websocket_client() = default;

    // The next whole message, or how it ended: after the last message, and from then on always. One coroutine at a
    // time. While nobody reads, one message is held and the peer has to wait.
    virtual boost::asio::awaitable<websocket_event> read() = 0;

    // Any number of coroutines: one text after the other, in the order of the calls. True: the system has taken all of
    // it. False: it has ended, or somebody has called close(); read() says how. `text` must be UTF-8 (std::logic_error)
    // and is wiped.
    virtual boost::asio::awaitable<bool> send(std::string text) = 0;

    // Says goodbye after what is being sent, waits for the peer's for as long as websocket_limits allows, and closes
    // the connection. `code` must be one that may be sent (std::logic_error): 1000, 1001, 3000 to 4999 and so on;
    // `reason` is cut to 123 bytes. Cancelling it closes the connection at once.
    virtual boost::asio::awaitable<websocket_end> close(std::uint16_t code, std::string reason) = 0;
};

using websocket_result = boost::system::result<std::unique_ptr<websocket_client>, websocket_error>;

// `tls` is used where the address is wss. Throws operation_aborted when the coroutine is cancelled.
boost::asio::awaitable<websocket_result> open_websocket(websocket_url where, tls_context tls,
                                                        websocket_limits limits = {});

}  // namespace slipway::net
