#include "adapters/daemon/systemd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace slipway::daemon {

namespace {

std::string taken(const char* name) {
    const char* value = std::getenv(name);
    std::string text = value ? value : "";
    ::unsetenv(name);
    return text;
}

}  // namespace

service_manager::service_manager() : socket_(taken("NOTIFY_SOCKET")) {
    const std::string for_process = taken("WATCHDOG_PID");
    const std::string period = taken("WATCHDOG_USEC");
    std::int64_t microseconds = 0;
    std::from_chars(period.data(), period.data() + period.size(), microseconds);
    if (microseconds > 0 && (for_process.empty() || for_process == std::to_string(::getpid())))
        watchdog_ = std::chrono::milliseconds(microseconds / 2000);
}

void service_manager::tell(std::string_view state) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    // Nobody to tell is no reason to stop.
    (void)!::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
    ::close(fd);
}

}  // namespace slipway::daemon
