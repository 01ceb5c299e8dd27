#include "adapters/ssh/open_sessions.hpp"

#include <utility>

namespace slipway::ssh {

namespace {

// The hand-over follows as soon as the recipe's end is in the log.
constexpr std::chrono::minutes longest_stay{2};

}  // namespace

void open_sessions::keep(const std::string& address, std::unique_ptr<session> open) {
    open_.erase(address);
    kept& one = open_.emplace(address, kept{std::move(open), boost::asio::steady_timer(loop_, longest_stay)}).first->second;
    one.until.async_wait([self = weak_from_this(), address](const boost::system::error_code& ended_early) {
        const auto still_there = self.lock();
        if (still_there && !ended_early) still_there->open_.erase(address);
    });
}

std::unique_ptr<session> open_sessions::take(const std::string& address) {
    auto found = open_.extract(address);
    return found ? std::move(found.mapped().contact) : nullptr;
}

}  // namespace slipway::ssh
