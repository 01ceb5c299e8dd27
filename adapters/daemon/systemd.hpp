// What a service tells systemd (sd_notify(3): one datagram to $NOTIFY_SOCKET), and how often it has to (sd_watchdog(3)).
// Without systemd nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::daemon {

class service_manager {
public:
    // Takes NOTIFY_SOCKET and WATCHDOG_USEC out of the environment: no child shall speak for this process.
    service_manager();

    // "READY=1\nSTATUS=…": several lines are one message.
    void tell(std::string_view state) const;

    // Half of what systemd waits before it kills the service; none where it does not watch.
    std::optional<std::chrono::milliseconds> watchdog() const { return watchdog_; }

private:
    std::string socket_;
    std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace slipway::daemon
