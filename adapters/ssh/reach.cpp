#include "adapters/ssh/reach.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>

namespace slipway::ssh {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

// How long after the start of one attempt the next one begins. Connections that sshd has seen are spread further: newer
// versions count those that never log in, and lock out an address that makes too many of them (PerSourcePenalties).
class pace {
public:
    clock::duration after(const shell_error& failed, bool sshd_saw_it) {
        if (failed.failure == shell_failure::denied) return std::min<clock::duration>(1s * ++denials_, 4s);
        denials_ = 0;
        if (!sshd_saw_it) return 100ms;
        const clock::duration now = next_;
        next_ = std::min<clock::duration>(next_ * 2, 1s);
        return now;
    }

private:
    int denials_ = 0;
    clock::duration next_ = 100ms;
};

asio::awaitable<void> sleep_until(asio::any_io_executor loop, steady_time when) {
    asio::steady_timer timer(loop, when);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<shell_result<std::unique_ptr<session>>> reach(asio::any_io_executor loop, peer to, tolerance forgiven,
                                                              steady_time deadline) {
    pace attempts;
    std::optional<shell_error> wrong_key;  // while the last host that spoke showed one
    std::optional<steady_time> denied_since;
    const patience limits;
    for (;;) {
        const auto begun = clock::now();
        auto attempt = std::make_unique<session>(loop);
        const auto opened = co_await attempt->open(to, limits, deadline);
        if (opened) co_return std::move(attempt);
        const shell_error& failed = opened.error();
        const bool spoke = !attempt->presented_key().empty();
        const bool sshd_saw_it = attempt->connected();
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

        auto next = std::max(clock::now(), begun + attempts.after(failed, sshd_saw_it));
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
