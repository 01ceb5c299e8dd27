// A server on a free loopback port that does exactly what a test tells it, over TCP or TLS. Every connection runs the
// script on a thread of its own, with blocking calls, so that a script reads like a conversation.
#pragma once

#include "tests/adapters/net/certificates.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace slipway::test {

class scripted_server;

class peer {
public:
    peer(scripted_server& server, int socket, int number, SSL* tls);

    int number() const { return number_; }  // of this connection: 1, 2, …

    // Head and body as they came; empty where the client closed instead.
    std::string read_request();
    // So many bytes of what follows; fewer where the client closed instead.
    std::string read_bytes(std::size_t count);
    void send(std::string_view bytes);
    // A whole answer with a length.
    void answer(int status, std::string_view body, std::string_view more_headers = {});
    // Returns when the client has closed the connection.
    void wait_for_close();
    // What the system takes from the client, in bytes, before the script reads it.
    void set_buffer(int bytes);
    // Closes with a reset instead of a proper end.
    void reset();

private:
    int receive(char* into, int size);

    scripted_server& server_;
    int socket_;
    int number_;
    SSL* tls_;
    std::string pending_;
};

class scripted_server {
public:
    using script = std::function<void(peer&)>;

    explicit scripted_server(script run, std::optional<identity> tls = std::nullopt);
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(std::string_view host = "127.0.0.1") const;

    int connections() const { return connections_; }
    int ended() const { return ended_; }        // connections that the server has closed
    std::vector<std::string> requests() const;  // all that were read, in order

private:
    friend class peer;
    void accept_all();
    void serve(int socket, int number);

    script run_;
    std::shared_ptr<SSL_CTX> tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<int> ended_{0};
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// Scripts: the same answer to every request, until the client has had enough.
inline scripted_server::script answering(int status, std::string body) {
    return [status, body = std::move(body)](peer& client) {
        while (!client.read_request().empty()) client.answer(status, body);
    };
}

inline void answer_all(peer& client) {
    while (!client.read_request().empty()) client.answer(200, "{}");
}

}  // namespace slipway::test
