#include "engine/runtime/named_lease.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace slipway {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

// Whoever waits has it that soon after its holder has let go of it, or its end: for so long nobody does the work.
constexpr milliseconds between_claims{1000};

// What is thrown is kept: beside another coroutine it would only be seen when that one fails, too.
awaitable<void> noting(awaitable<void> work, std::exception_ptr& thrown) {
    try {
        co_await std::move(work);
    } catch (...) {
        thrown = std::current_exception();
    }
}

}  // namespace

named_lease::named_lease(leases* store, engine_clock& clock, std::string name)
    : store_(store), clock_(clock), name_(std::move(name)) {}

bool named_lease::held() const {
    return !store_ || (lease_ && clock_.steady() < until_);
}

// As lease_keeper does: a sixth of its duration is left unused, for two clocks that do not run alike.
void named_lease::keep_for_as_long_again(const lease& taken, milliseconds asked) {
    lease_ = taken;
    until_ = asked + store_->duration() * 5 / 6;
}

awaitable<void> named_lease::keep() {
    using namespace boost::asio::experimental::awaitable_operators;
    while (store_) {
        co_await claim();
        changed_.notify_all();
        auto renewing = renew_until_lost();
        auto over = deadline();
        co_await (std::move(renewing) || std::move(over));
        lease_.reset();
        changed_.notify_all();
    }
}

awaitable<void> named_lease::claim() {
    for (;;) {
        const milliseconds asked = clock_.steady();
        const auto taken = co_await store_->claim(name_);
        if (taken && *taken) keep_for_as_long_again(**taken, asked);
        if (held()) co_return;
        lease_.reset();
        co_await clock_.sleep(std::min(between_claims, store_->duration() / 3));
    }
}

awaitable<void> named_lease::renew_until_lost() {
    for (;;) {
        co_await clock_.sleep(store_->duration() / 3);
        const milliseconds asked = clock_.steady();
        std::vector<lease> ours(1, *lease_);
        const auto renewed = co_await store_->renew(std::move(ours));
        if (!renewed) continue;  // the deadline stays where it is
        if (renewed->empty()) co_return;
        keep_for_as_long_again(*lease_, asked);
    }
}

awaitable<void> named_lease::deadline() {
    while (held()) co_await clock_.sleep(until_ - clock_.steady());
}

awaitable<void> named_lease::loss() {
    while (held()) co_await changed_.wait();
}

awaitable<void> named_lease::while_held(work what) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (!store_) {
        co_await what();
        co_return;
    }
    for (;;) {
        while (!held()) co_await changed_.wait();
        std::exception_ptr thrown;
        auto doing = noting(what(), thrown);
        auto lost = loss();
        const auto first = co_await (std::move(doing) || std::move(lost));
        if (first.index() == 1) continue;
        if (thrown) std::rethrow_exception(thrown);
        co_return;
    }
}

awaitable<void> named_lease::release() {
    if (!lease_) co_return;
    std::vector<lease> ours(1, *std::exchange(lease_, std::nullopt));
    changed_.notify_all();
    (void)co_await store_->release(std::move(ours));  // where it fails, it runs out
}

}  // namespace slipway
