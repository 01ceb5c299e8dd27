// HTTP/1.1 for others to call: listens on unix sockets and TCP ports, reads requests within limits and deadlines, has
// one function answer them, and writes the answers. Plain coroutines and values: no Beast, no sockets in here.
//
// Owned by the composition root, which destroys it before the loop. Everything runs on the loop's thread. What is no
// HTTP or too large is answered here, with a problem document (RFC 9457), and never reaches the function. The bytes of
// a request are wiped from memory once it has been answered: they may hold a token.
#pragma once

#include "adapters/net/http_message.hpp"
#include "engine/base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::net {

// Where the pieces of a body go whose end is not known yet.
class body_writer {
public:
    virtual ~body_writer() = default;

    // Resumes when the piece has been handed to the system. False: the client is gone, or took nothing for too long.
    virtual boost::asio::awaitable<bool> write(std::string_view piece) = 0;
};

// Content-Length, Transfer-Encoding, Connection and Date are added by the server. The answer to a HEAD is that to a
// GET; the server leaves its body out.
struct http_reply {
    int status = 200;
    http_headers headers;
    std::string body;
    // Where it is set, it makes the body instead of `body`. It is cancelled when the client closes its connection and
    // when the server stops. The request is gone by then: refer to nothing of it.
    std::function<boost::asio::awaitable<void>(body_writer&)> stream;
};

struct http_caller {
    bool unix_socket = false;  // else TCP
    std::string peer = {};     // of TCP: the host that connected, of IPv6 its network (/64)
};

// The request lives until the answer is there. An exception is answered with 500, without its text; `on_fault` gets
// that.
using request_handler = std::function<boost::asio::awaitable<http_reply>(const http_request&, http_caller)>;

// Asked when a request's head is there and before any of its body is read: the answer that turns it away, or none. The
// head is a request without its body.
using head_guard =
    std::function<boost::asio::awaitable<std::optional<http_reply>>(const http_request& head, const http_caller&)>;

using fault_listener = std::function<void(std::string_view what)>;

struct server_limits {
    std::size_t head = 16u << 10;                  // request line and headers, bytes
    std::size_t body = 1u << 20;                   // bytes
    std::size_t connections = 512;                 // at once; the next one is told 503
    std::size_t for_unix = 64;                     // of them, which TCP leaves free: whoever is on this machine gets in
    std::size_t per_listener = 384;                // of one TCP address: another one has room, too
    std::size_t per_peer = 256;                    // of one host over TCP
    std::chrono::milliseconds head_time{10'000};   // from a request's first byte, or the connection's beginning
    std::chrono::milliseconds body_time{30'000};   // from the head's end
    std::chrono::milliseconds write_time{30'000};  // for an answer, or for each piece of one whose end is not known
    std::chrono::milliseconds idle_time{60'000};   // between two requests
    std::chrono::milliseconds close_time{2'000};   // how long a refused client may go on sending before it is cut off
};

// One entry of SLIPWAY_LISTEN: "unix:PATH" or "HOST:PORT", where HOST is an address ("[::1]" for IPv6) or localhost.
struct listen_address {
    std::string path;  // of a unix socket; empty: TCP
    std::string host;  // an address, without brackets
    std::uint16_t port = 0;

    bool unix_socket() const { return !path.empty(); }
    bool leaves_the_machine() const;  // TCP, and not only on loopback
    std::string text() const;         // as it is written
};
result<listen_address> parse_listen_address(std::string_view text);

class http_server {
public:
    http_server(boost::asio::any_io_executor loop, request_handler answer, server_limits limits = {},
                fault_listener on_fault = {}, head_guard guard = {});
    ~http_server();  // closes everything at once
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    // Accepts from now on. Port 0 picks a free one: the address that is returned has it. A unix socket is made with
    // mode 0660 and removed at the end; one that was left behind is replaced, one that is in use is refused
    // (error_kind::configuration).
    result<listen_address> listen(const listen_address& where);

    // Accepts no more, closes idle connections and streams, and lets answers in hand finish for that long; then they
    // are cancelled. Returns when all connections are closed.
    boost::asio::awaitable<void> stop(std::chrono::milliseconds in_hand);

    std::size_t connections() const;

private:
    struct core;
    std::shared_ptr<core> core_;
};

}  // namespace slipway::net
