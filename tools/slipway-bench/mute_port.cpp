#include "tools/slipway-bench/mute_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace slipway::bench {

namespace {

int new_socket() {
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) throw std::runtime_error(std::string("no socket: ") + std::strerror(errno));
    return made;
}

bool connects(int from, const sockaddr_in& to) {
    constexpr int long_enough_ms = 100;  // on one machine it takes microseconds
    if (connect(from, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return true;
    pollfd waiting{from, POLLOUT, 0};
    return poll(&waiting, 1, long_enough_ms) == 1;
}

}  // namespace

mute_port::mute_port(muteness how) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    sockets_.push_back(new_socket());
    const int port = sockets_.front();
    // Bound and not listened on, it is nobody else's either.
    if (bind(port, reinterpret_cast<const sockaddr*>(&here), size) != 0 ||
        getsockname(port, reinterpret_cast<sockaddr*>(&here), &size) != 0)
        throw std::runtime_error(std::string("no port on 127.0.0.1: ") + std::strerror(errno));
    number_ = ntohs(here.sin_port);
    if (how == muteness::refused) return;
    // Who has no room for one more connection lets the packets of others fall.
    if (listen(port, how == muteness::dropped ? 0 : 4096) != 0)
        throw std::runtime_error(std::string("nobody can listen on 127.0.0.1: ") + std::strerror(errno));
    if (how == muteness::silent) return;
    do sockets_.push_back(new_socket());
    while (connects(sockets_.back(), here));
}

mute_port::~mute_port() {
    for (const int one : sockets_) close(one);
}

}  // namespace slipway::bench
