// What is to be sent on one connection to the gateway: heartbeats before all else, and no more in a minute than Discord
// bears (120; it hangs up on whoever sends more). A pure account, whose callers bring the time and do the sending. The
// texts may hold the token: what was not sent is wiped.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace slipway::discord {

class send_queue {
public:
    send_queue() = default;
    ~send_queue();
    send_queue(const send_queue&) = delete;
    send_queue& operator=(const send_queue&) = delete;

    // A heartbeat takes the place of one that still waits.
    void push_heartbeat(std::string text);
    void push(std::string text);

    // What is to be sent now, and is counted as sent; nothing: not now.
    std::optional<std::string> pop(std::chrono::milliseconds now);

    // When there is something again to be sent, at the earliest; nothing where nothing waits.
    std::optional<std::chrono::milliseconds> due(std::chrono::milliseconds now) const;

private:
    std::chrono::milliseconds room_at(std::chrono::milliseconds now, std::size_t most) const;

    std::optional<std::string> heartbeat_;
    std::deque<std::string> waiting_;
    std::deque<std::chrono::milliseconds> sent_;  // in the last minute
};

}  // namespace slipway::discord
