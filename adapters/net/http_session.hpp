// One connection of the HTTP server, from its first byte to its end: requests are read and answered one after the
// other. Part of http_server; owned by the coroutine that runs it. The server may close it at any time from the same
// thread.
#pragma once

#include "adapters/net/http_request_reader.hpp"
#include "adapters/net/http_server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <memory>
#include <optional>
#include <string>

namespace slipway::net {

using any_socket = boost::asio::generic::stream_protocol::socket;

// What all connections of a server share.
struct session_rules {
    request_handler answer;
    server_limits limits;
    fault_listener on_fault;
    head_guard guard;        // may be empty
    bool stopping = false;  // every answer is the last one of its connection
};

class http_session {
public:
    http_session(any_socket socket, http_caller caller, std::shared_ptr<const session_rules> rules);
    ~http_session();
    http_session(const http_session&) = delete;
    http_session& operator=(const http_session&) = delete;

    boost::asio::awaitable<void> run();

    // Too many are connected: says so and closes.
    boost::asio::awaitable<void> turn_away();

    // A request is in hand whose answer has an end.
    bool answering() const { return answering_; }

    void close() noexcept;

private:
    enum class reading { request, refused, turned_away, timed_out, closed };

    boost::asio::awaitable<reading> read(request_reader& reader, bool first);
    boost::asio::awaitable<bool> let_in(const http_request& head);
    boost::asio::awaitable<http_reply> answer(const http_request& request);
    boost::asio::awaitable<bool> write(std::string_view bytes);
    boost::asio::awaitable<void> refuse(http_reply reply);
    boost::asio::awaitable<void> serve_stream(const http_reply& reply, bool chunks);
    boost::asio::awaitable<void> read_until_closed();
    void drop(std::size_t used);

    any_socket socket_;
    http_caller caller_;
    std::shared_ptr<const session_rules> rules_;
    std::string buffer_;      // of fixed size
    std::size_t filled_ = 0;  // so much of it is still to be read
    bool answering_ = false;
    std::optional<http_reply> turned_away_;
};

}  // namespace slipway::net
