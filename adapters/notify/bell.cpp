#include "adapters/notify/bell.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace slipway::notify {

bell::bell(const boost::asio::any_io_executor& loop, engine_clock& clock) : clock_(clock), signal_(loop) {}

void bell::ring() {
    rung_ = true;
    signal_.notify();
}

boost::asio::awaitable<void> bell::wait(std::chrono::milliseconds longest) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (!rung_) {
        auto time = clock_.sleep(longest);
        auto ring = signal_.wait();
        co_await (std::move(time) || std::move(ring));
    }
    rung_ = false;
}

}  // namespace slipway::notify
