// A client that sends exactly the bytes that a test gives it, with blocking calls and a limit to every wait.
#pragma once

#include "adapters/net/http_server.hpp"

#include <map>
#include <string>
#include <string_view>

namespace slipway::test {

struct raw_answer {
    int status = 0;                              // 0: the connection was closed without one
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;                            // with its chunks put together
};

class raw_client {
public:
    explicit raw_client(const net::listen_address& where);
    ~raw_client();
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;

    // False where the peer has closed.
    bool send(std::string_view bytes);
    void no_more();  // closes the sending side
    // Whole, of a request that was no HEAD unless `head_only`.
    raw_answer answer(bool head_only = false);
    // What comes up to and including `end`; what came instead where the peer closed before it.
    std::string until(std::string_view end);
    // Waits for the peer's end; false where something else comes, or nothing for too long.
    bool closed();
    // The smallest buffer that the system gives: somebody who does not read is noticed soon.
    void shrink_buffer();

private:
    bool more();

    int socket_ = -1;
    std::string pending_;
};

// "GET /path HTTP/1.1" with a Host, more headers ("A: b\r\n") and a body with its length.
std::string http_text(std::string_view method, std::string_view target, std::string_view body = {},
                      std::string_view more_headers = {});

}  // namespace slipway::test
