#include "tests/adapters/notify/mail_server.hpp"

#include "engine/base/base64.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace slipway::test {

struct mail_server::session {
    session(mail_server& of, int connection) : server(of), socket(connection) {}

    mail_server& server;
    int socket;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls{nullptr, SSL_free};
    std::string pending;
    received_mail mail;

    bool secure() {
        tls.reset(SSL_new(server.tls_.get()));
        SSL_set_fd(tls.get(), socket);
        return SSL_accept(tls.get()) == 1;
    }
    int receive(char* into, std::size_t size) {
        if (tls) return SSL_read(tls.get(), into, static_cast<int>(size));
        return static_cast<int>(::recv(socket, into, size, 0));
    }
    // Up to and with `end`; empty where the client went away.
    std::string read_to(const std::string& end) {
        std::size_t at = 0;
        while ((at = pending.find(end)) == std::string::npos) {
            char piece[4096];
            const int got = receive(piece, sizeof piece);
            if (got <= 0) return {};
            pending.append(piece, static_cast<std::size_t>(got));
        }
        std::string out = pending.substr(0, at + end.size());
        pending.erase(0, at + end.size());
        return out;
    }
    std::string line() {
        std::string out = read_to("\r\n");
        if (out.empty()) return out;
        out.resize(out.size() - 2);
        const std::lock_guard lock(server.mutex_);
        server.commands_.push_back((tls ? "*" : "") + out);
        return out;
    }
    // False where the server hangs instead, and the client has gone.
    bool say(const std::string& command, const std::string& usual) {
        const auto other = server.options_.answers.find(command);
        std::string text = other == server.options_.answers.end() ? usual : other->second;
        if (text == "hang") {
            char piece[4096];
            for (int got = 0; (got = receive(piece, sizeof piece)) > 0;) {
                const std::lock_guard lock(server.mutex_);
                server.said_to_silence_.append(piece, static_cast<std::size_t>(got));
            }
            return false;
        }
        text += "\r\n";
        if (tls) return SSL_write(tls.get(), text.data(), static_cast<int>(text.size())) > 0;
        return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) > 0;
    }

    bool authenticate(const std::string& command) {
        const auto& want = server.options_;
        std::string given;
        if (command.starts_with("AUTH PLAIN")) {
            std::string text = command.size() > 11 ? command.substr(11) : "";
            if (text.empty()) {
                if (!say("", "334 ")) return false;
                text = line();
            }
            given = base64_decode(text).value_or("");
        } else {
            if (!say("", "334 VXNlcm5hbWU6")) return false;
            given = std::string(1, '\0') + base64_decode(line()).value_or("");
            if (!say("", "334 UGFzc3dvcmQ6")) return false;
            given += std::string(1, '\0') + base64_decode(line()).value_or("");
        }
        mail.authenticated = given == std::string(1, '\0') + want.user + std::string(1, '\0') + want.password;
        // A server that repeats what it was told: it must not get into any note.
        return mail.authenticated
                   ? say("AUTH", "235 welcome")
                   : say("AUTH", "535 5.7.8 not " + want.password + " but " + given.substr(given.rfind('\0') + 1));
    }

    void run() {
        const auto& want = server.options_;
        const bool with_tls = server.tls_ != nullptr;
        if (want.tls_first && !secure()) return;
        if (!say("greeting", "220 mail.example ESMTP")) return;
        for (;;) {
            const std::string command = line();
            std::string verb = command.substr(0, command.find(' '));
            std::transform(verb.begin(), verb.end(), verb.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            bool going = true;
            if (verb.empty()) {
                return;
            } else if (verb == "EHLO") {
                std::string out = "250-mail.example\r\n";
                if (with_tls && !tls) out += "250-STARTTLS\r\n";
                if (!want.user.empty() && (tls || !with_tls)) out += "250-AUTH PLAIN LOGIN\r\n";
                going = say(verb, out + "250 SIZE 1000000");
            } else if (verb == "STARTTLS" && with_tls) {
                going = say(verb, "220 go on") && (want.answers.contains(verb) || secure());
            } else if (verb == "AUTH") {
                going = authenticate(command);
            } else if (verb == "MAIL") {
                mail.from = command;
                going = say(verb, want.user.empty() || mail.authenticated ? "250 ok" : "530 authentication first");
            } else if (verb == "RCPT") {
                mail.to = command;
                going = say(verb, "250 ok");
            } else if (verb == "DATA") {
                going = say(verb, "354 go on");
                if (going && !want.answers.contains(verb)) {
                    mail.text = read_to("\r\n.\r\n");
                    if (mail.text.empty()) return;
                    mail.encrypted = tls != nullptr;
                    if (!want.answers.contains("text") || want.answers.at("text") == "hang") {
                        const std::lock_guard lock(server.mutex_);
                        server.mails_.push_back(mail);
                    }
                    going = say("text", "250 2.0.0 queued as 42");
                }
            } else if (verb == "QUIT") {
                say(verb, "221 bye");
                return;
            } else {
                going = say("", "500 what?");
            }
            if (!going) return;
        }
    }
};

mail_server::mail_server(mail_server_options options) : options_(std::move(options)) {
    if (options_.tls) {
        tls_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
        if (SSL_CTX_use_certificate(tls_.get(), options_.tls->certificate.get()) != 1 ||
            SSL_CTX_use_PrivateKey(tls_.get(), options_.tls->key.get()) != 1)
            throw std::runtime_error("the server's certificate cannot be used");
    }
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

mail_server::~mail_server() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : sockets_)
            if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
}

std::vector<received_mail> mail_server::mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
}

std::vector<std::string> mail_server::commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
}

std::string mail_server::said_to_silence() const {
    const std::lock_guard lock(mutex_);
    return said_to_silence_;
}

void mail_server::accept_all() {
    while (!stopping_) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        ++connections_;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        threads_.emplace_back([this, socket] { serve(socket); });
    }
}

void mail_server::serve(int socket) {
    {
        session one(*this, socket);
        one.run();
    }
    const std::lock_guard lock(mutex_);
    std::replace(sockets_.begin(), sockets_.end(), socket, -1);
    ::close(socket);
    ++ended_;
}

}  // namespace slipway::test
