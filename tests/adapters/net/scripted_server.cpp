#include "tests/adapters/net/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace slipway::test {

peer::peer(scripted_server& server, int socket, int number, SSL* tls)
    : server_(server), socket_(socket), number_(number), tls_(tls) {}

int peer::receive(char* into, int size) {
    if (tls_ != nullptr) return SSL_read(tls_, into, size);
    return static_cast<int>(::recv(socket_, into, static_cast<std::size_t>(size), 0));
}

std::string peer::read_request() {
    std::size_t whole = std::string::npos;
    for (;;) {
        const auto head = pending_.find("\r\n\r\n");
        if (head != std::string::npos) {
            whole = head + 4;
            const auto length = pending_.find("Content-Length: ");
            if (length < head) whole += std::strtoul(pending_.c_str() + length + 16, nullptr, 10);
            if (pending_.size() >= whole) break;
        }
        char piece[4096];
        const int got = receive(piece, sizeof piece);
        if (got <= 0) return {};
        pending_.append(piece, static_cast<std::size_t>(got));
    }
    std::string request = pending_.substr(0, whole);
    pending_.erase(0, whole);
    const std::lock_guard lock(server_.mutex_);
    server_.requests_.push_back(request);
    return request;
}

std::string peer::read_bytes(std::size_t count) {
    char piece[4096];
    while (pending_.size() < count) {
        const int got = receive(piece, sizeof piece);
        if (got <= 0) break;
        pending_.append(piece, static_cast<std::size_t>(got));
    }
    std::string bytes = pending_.substr(0, count);
    pending_.erase(0, bytes.size());
    return bytes;
}

void peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const int size = static_cast<int>(bytes.size());
        const int sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), size)
                                         : static_cast<int>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void peer::answer(int status, std::string_view body, std::string_view more_headers) {
    std::string out = "HTTP/1.1 " + std::to_string(status) + " Text\r\nContent-Type: application/json\r\n";
    out.append(more_headers).append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    out.append(body);
    send(out);
}

void peer::wait_for_close() {
    char piece[4096];
    while (receive(piece, sizeof piece) > 0) {
    }
}

void peer::set_buffer(int bytes) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void peer::reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

scripted_server::scripted_server(script run, std::optional<identity> tls) : run_(std::move(run)) {
    if (tls) {
        tls_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
        if (SSL_CTX_use_certificate(tls_.get(), tls->certificate.get()) != 1 ||
            SSL_CTX_use_PrivateKey(tls_.get(), tls->key.get()) != 1)
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

scripted_server::~scripted_server() {
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

std::string scripted_server::url(std::string_view host) const {
    return std::string(tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port_);
}

std::vector<std::string> scripted_server::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void scripted_server::accept_all() {
    while (!stopping_) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        const int number = ++connections_;
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        threads_.emplace_back([this, socket, number] { serve(socket, number); });
    }
}

void scripted_server::serve(int socket, int number) {
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(tls_ ? SSL_new(tls_.get()) : nullptr, SSL_free);
    bool ready = true;
    if (tls) {
        SSL_set_fd(tls.get(), socket);
        ready = SSL_accept(tls.get()) == 1;
    }
    if (ready) {
        peer self(*this, socket, number, tls.get());
        run_(self);
        if (tls) SSL_shutdown(tls.get());
    }
    const std::lock_guard lock(mutex_);
    for (int& known : sockets_)
        if (known == socket) known = -1;
    ::close(socket);
    ++ended_;
}

}  // namespace slipway::test
