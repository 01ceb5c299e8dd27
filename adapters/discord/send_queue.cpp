#include "adapters/discord/send_queue.hpp"

#include "engine/base/secret.hpp"

#include <utility>

namespace slipway::discord {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds minute{60'000};
constexpr std::size_t most_of_all = 118;         // Discord counts to 120, by its own clock
constexpr std::size_t most_of_the_others = 100;  // so that heartbeats have room

}  // namespace

send_queue::~send_queue() {
    for (std::string& text : waiting_) wipe(text);
}

void send_queue::push_heartbeat(std::string text) {
    heartbeat_ = std::move(text);
}

void send_queue::push(std::string text) {
    waiting_.push_back(std::move(text));
}

std::optional<std::string> send_queue::pop(milliseconds now) {
    while (!sent_.empty() && sent_.front() + minute <= now) sent_.pop_front();
    std::optional<std::string> out;
    if (heartbeat_ && sent_.size() < most_of_all) {
        out = std::exchange(heartbeat_, std::nullopt);
    } else if (!waiting_.empty() && sent_.size() < most_of_the_others) {
        out = std::move(waiting_.front());
        wipe(waiting_.front());
        waiting_.pop_front();
    }
    if (out) sent_.push_back(now);
    return out;
}

// When fewer than `most` will have been sent in the minute before.
milliseconds send_queue::room_at(milliseconds now, std::size_t most) const {
    if (sent_.size() < most) return now;
    return std::max(now, sent_[sent_.size() - most] + minute);
}

std::optional<milliseconds> send_queue::due(milliseconds now) const {
    if (heartbeat_) return room_at(now, most_of_all);
    if (!waiting_.empty()) return room_at(now, most_of_the_others);
    return {};
}

}  // namespace slipway::discord
