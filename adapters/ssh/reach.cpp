#include "adapters/ssh/reach.hpp"

#include "adapters/ssh/attempt_pace.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace slipway::ssh {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds longest_handshake{40'000};

class counted {
public:
    explicit counted(std::shared_ptr<std::size_t> in) : in_(std::move(in)) {
        if (in_) ++*in_;
    }
    ~counted() {
        if (in_) --*in_;
    }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    std::size_t all() const { return in_ ? *in_ : 1; }

private:
    std::shared_ptr<std::size_t> in_;  // the loop's frames may go after whoever waits
};

asio::awaitable<void> sleep_until(asio::any_io_executor loop, steady_time when) {
    asio::steady_timer timer(loop, when);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<shell_result<std::unique_ptr<session>>> reach(asio::any_io_executor loop, peer to, tolerance forgiven,
                                                              steady_time deadline,
                                                              std::shared_ptr<std::size_t> waiting) {
    const counted together(std::move(waiting));
    attempt_pace attempts;
    const auto first = clock::now();
    std::optional<shell_error> wrong_key;  // while the last host that spoke showed one
    std::optional<steady_time> denied_since;
    patience limits;
    for (;;) {
        const auto begun = clock::now();
        auto attempt = std::make_unique<session>(loop);
        const auto opened = co_await attempt->open(to, limits, deadline);
        if (opened) co_return std::move(attempt);
        const shell_error& failed = opened.error();
        const bool spoke = !attempt->presented_key().empty();
        const bool sshd_saw_it = attempt->connected();
        // One that speaks and is slow (it is booting, or looks names up) would not be reached by trying the same again.
        if (attempt->greeted() && failed.failure == shell_failure::unreachable)
            limits.handshake = std::min(limits.handshake * 2, longest_handshake);
        attempt.reset();

        if (failed.failure == shell_failure::wrong_host_key) {
            if (!forgiven.another_host_key) co_return failed;
            wrong_key = failed;
        } else if (spoke) {
            wrong_key.reset();
        }
        if (failed.failure == shell_failure::denied) {
            if (!denied_since) denied_since = begun;
            if (clock::now() - *denied_since >= forgiven.denied) co_return failed;
        } else if (spoke) {
            denied_since.reset();
        }

        auto next = std::max(clock::now(), begun + attempts.after(failed.failure, sshd_saw_it, begun - first, together.all()));
        if (denied_since && failed.failure == shell_failure::denied)
            next = std::min(next, std::max(clock::now(), *denied_since + forgiven.denied));
        if (next >= deadline) {
            co_await sleep_until(loop, deadline);
            if (wrong_key) co_return *wrong_key;
            if (failed.failure != shell_failure::unreachable) co_return failed;
            co_return shell_failed(shell_failure::timed_out, "no SSH session in time; last: " + failed.message);
        }
        co_await sleep_until(loop, next);
    }
}

}  // namespace slipway::ssh
