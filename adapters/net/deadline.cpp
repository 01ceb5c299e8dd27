#include "adapters/net/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace slipway::net {

namespace asio = boost::asio;

struct deadline::state {
    state(const asio::any_io_executor& loop, std::chrono::milliseconds allowed) : timer(loop, allowed) {}

    asio::steady_timer timer;
    std::function<void()> break_off;
    bool over = false;  // the operation has ended: a handler that was queued already must do nothing
    bool fired = false;
};

deadline::deadline(const asio::any_io_executor& loop, std::chrono::milliseconds allowed)
    : state_(std::make_shared<state>(loop, allowed)) {
    state_->timer.async_wait([state = state_](boost::system::error_code failed) {
        if (failed || state->over) return;
        state->fired = true;
        if (auto act = std::exchange(state->break_off, nullptr)) act();
    });
}

deadline::~deadline() {
    state_->over = true;
    state_->break_off = nullptr;
    state_->timer.cancel();
}

bool deadline::expired() const {
    return state_->fired;
}

std::chrono::milliseconds deadline::left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(state_->timer.expiry() -
                                                                            std::chrono::steady_clock::now());
    return left > std::chrono::milliseconds(0) ? left : std::chrono::milliseconds(0);
}

deadline::watch::watch(deadline& owner, std::function<void()> break_off)
    : owner_(owner), outer_(std::exchange(owner.state_->break_off, std::move(break_off))) {
    if (!owner_.expired()) return;
    if (auto act = std::exchange(owner_.state_->break_off, nullptr)) act();
}

deadline::watch::~watch() {
    owner_.state_->break_off = std::move(outer_);
}

std::string time_text(std::chrono::milliseconds time) {
    if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
    return std::to_string(time.count()) + " ms";
}

}  // namespace slipway::net
