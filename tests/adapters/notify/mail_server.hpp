// A mail server on a free loopback port: SMTP with STARTTLS, TLS from the start, AUTH PLAIN and LOGIN, and faults where
// a test wants them. Each connection has a thread of its own.
#pragma once

#include "tests/adapters/net/certificates.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace slipway::test {

struct mail_server_options {
    std::optional<identity> tls;
    bool tls_first = false;      // smtps; otherwise STARTTLS is offered where there is an identity
    std::string user, password;  // AUTH is offered where they are given: over TLS only, where there is an identity
    // What is said instead of the usual, by command ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "text", "QUIT");
    // "hang" says nothing until the client goes.
    std::map<std::string, std::string> answers;
};

struct received_mail {
    std::string from, to, text;  // the text as it came: CRLF, with dots stuffed
    bool encrypted = false;
    bool authenticated = false;
};

class mail_server {
public:
    explicit mail_server(mail_server_options options);
    ~mail_server();
    mail_server(const mail_server&) = delete;
    mail_server& operator=(const mail_server&) = delete;

    std::uint16_t port() const { return port_; }
    std::vector<received_mail> mails() const;
    std::vector<std::string> commands() const;  // of all connections, in order; "*" before those that came encrypted
    std::string said_to_silence() const;        // while it hung
    int connections() const { return connections_; }
    int ended() const { return ended_; }

private:
    struct session;
    void accept_all();
    void serve(int socket);

    const mail_server_options options_;
    std::shared_ptr<SSL_CTX> tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<int> ended_{0};
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::vector<received_mail> mails_;
    std::vector<std::string> commands_;
    std::string said_to_silence_;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace slipway::test
