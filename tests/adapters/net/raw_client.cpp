#include "tests/adapters/net/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace slipway::test {

raw_client::raw_client(const net::listen_address& where) {
    socket_ = ::socket(where.unix_socket() ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int failed = 0;
    if (where.unix_socket()) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, where.path.data(), where.path.size());
        failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    } else {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(where.port);
        ::inet_pton(AF_INET, where.host.c_str(), &at.sin_addr);
        failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    }
    if (failed == 0) return;
    ::close(socket_);
    throw std::runtime_error("no connection to " + where.text() + ": " + std::strerror(errno));
}

raw_client::~raw_client() {
    ::close(socket_);
}

bool raw_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void raw_client::no_more() {
    ::shutdown(socket_, SHUT_WR);
}

void raw_client::shrink_buffer() {
    const int smallest = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
}

bool raw_client::more() {
    char piece[16384];
    const auto got = ::recv(socket_, piece, sizeof piece, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("nothing came for 20 s");
    if (got > 0) pending_.append(piece, static_cast<std::size_t>(got));
    return got > 0;
}

std::string raw_client::until(std::string_view end) {
    for (;;) {
        if (const auto at = pending_.find(end); at != std::string::npos) {
            std::string out = pending_.substr(0, at + end.size());
            pending_.erase(0, out.size());
            return out;
        }
        if (!more()) return std::exchange(pending_, {});
    }
}

bool raw_client::closed() {
    return pending_.empty() && !more();
}

raw_answer raw_client::answer(bool head_only) {
    raw_answer out;
    const std::string head = until("\r\n\r\n");
    if (!head.ends_with("\r\n\r\n") || !head.starts_with("HTTP/1.1 ")) return out;
    out.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
        const auto end = head.find("\r\n", at);
        const auto colon = head.find(": ", at);
        std::string name = head.substr(at, colon - at);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        out.headers[name] = head.substr(colon + 2, end - colon - 2);
        at = end + 2;
    }
    if (head_only || out.status == 100) return out;
    if (out.headers["transfer-encoding"] == "chunked") {
        for (;;) {
            const std::string size = until("\r\n");
            const std::size_t count = std::stoul(size, nullptr, 16);
            while (pending_.size() < count + 2 && more()) {
            }
            out.body += pending_.substr(0, count);
            pending_.erase(0, count + 2);
            if (count == 0) return out;
        }
    }
    const std::size_t count = std::stoul("0" + out.headers["content-length"]);
    while (pending_.size() < count && more()) {
    }
    out.body = pending_.substr(0, count);
    pending_.erase(0, out.body.size());
    return out;
}

std::string http_text(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_headers) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more_headers);
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text.append("\r\n").append(body);
}

}  // namespace slipway::test
