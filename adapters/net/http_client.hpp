// HTTP/1.1 to one origin over a bounded pool of kept-alive connections. Plain coroutines and values: no Beast, no
// sockets in here.
//
// One per origin, shared by all who talk to it; owned by the composition root, which destroys it before the loop: idle
// connections are sockets of that loop. Called on the loop's thread and resumes there. Redirects are not followed. A
// call has one deadline for everything, from waiting for a connection to the last byte; cancelling the coroutine closes
// its connection and throws operation_aborted.
//
// What a failure promises: `not_sent` means that the peer cannot have seen the request. A request that is not
// repeatable (anything but GET, HEAD, PUT and DELETE) is written at most once in its life; a repeatable one is written
// a second time, to a fresh connection, where a kept-alive one turned out to be dead before a byte of the answer came.
#pragma once

#include "adapters/net/http_message.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

namespace slipway::net {

enum class http_failure {
    not_sent,  // no connection: name, refused, TLS, certificate, or no time left; also a request that cannot be written
    lost,      // some of the request was sent, and no whole answer came: the outcome is unknown
    too_large,  // the answer is larger than allowed
    malformed,  // the answer is not HTTP
};

struct http_error {
    http_failure failure = http_failure::lost;
    std::string message;  // a sentence for people; names the host, never a header or a body
    bool timed_out = false;
    bool certificate = false;  // not_sent: because the peer's certificate was refused
};

[[noreturn]] inline void throw_exception_from_error(const http_error& e, const boost::source_location&) {
    throw std::logic_error("no HTTP answer: " + e.message);
}

using http_result = boost::system::result<http_response, http_error>;

class http_client {
public:
    virtual ~http_client() = default;

    // Host, Content-Length and Connection are added. The bytes of the request are wiped from memory when the call ends;
    // the strings given in are the caller's.
    virtual boost::asio::awaitable<http_result> send(http_request request) = 0;
};

struct http_limits {
    std::chrono::milliseconds deadline{30'000};  // of one send()
    std::size_t body = 8u << 20;                 // of an answer, bytes
    std::size_t header = 64u << 10;              // of an answer's head, bytes
    std::size_t connections = 8;                 // at once; who comes later waits
    std::chrono::milliseconds idle{50'000};      // a connection unused for longer is dropped, not reused
    // An idle connection may be closing just now. A request that must not be sent twice takes one only when it was in
    // use this short a time ago and looks alive.
    std::chrono::milliseconds idle_for_unrepeatable{3'000};
};

// `tls` is used where the origin is https. The origin's path is not added to a request's target.
std::shared_ptr<http_client> make_http_client(const url& origin, tls_context tls, http_limits limits = {});

// The same over the unix socket at `path`; the Host is localhost.
std::shared_ptr<http_client> make_unix_http_client(std::string path, http_limits limits = {});

}  // namespace slipway::net
