// Reads one HTTP/1.x request, fed with whatever pieces arrive; no socket in sight. Pure. Stricter than the standard
// allows where leniency lets two readers of the same bytes see different requests (RFC 9112 §6, §11.2): line ends are
// CRLF, no folded lines, one Host, one length, no encoding but chunked, no target but a path.
//
// The request's bytes are wiped when the reader goes.
#pragma once

#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace slipway::net {

class request_reader {
public:
    explicit request_reader(const server_limits& limits);
    ~request_reader();
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    enum class progress { more, done, refused };

    // Takes what it needs from the front of `bytes` and removes it there. Keep the rest: it comes first next time. A
    // head is taken in one piece: offer at least server_limits::head bytes where that many have come.
    progress feed(std::string_view& bytes);

    bool started() const;         // a byte of it has come
    bool head_done() const;       // the body is being read
    bool wants_continue() const;  // the client waits for 100 Continue before it sends the body; true once

    // After refused: the answer to give, after which the connection has to be closed.
    struct refusal {
        int status = 400;
        std::string slug;
        std::string detail;
    };
    const refusal& why() const;

    // After done.
    bool keep_alive() const;
    bool chunks_allowed() const;  // HTTP/1.1: the answer may come in chunks
    http_request& request();

private:
    struct parser;
    std::unique_ptr<parser> parser_;
};

}  // namespace slipway::net
