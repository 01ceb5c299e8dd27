#include "engine/runtime/system.hpp"

#include "engine/base/hex.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace slipway {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

timestamp system_clock::now() const {
    return {duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

milliseconds system_clock::steady() const {
    return duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

// No coroutine of its own: most sleeps are cut short, and each coroutine on the way throws the exception once more.
boost::asio::awaitable<void> system_clock::sleep(milliseconds d) {
    auto start = [d](auto handler) {
        auto timer = std::make_unique<boost::asio::steady_timer>(boost::asio::get_associated_executor(handler), d);
        boost::asio::steady_timer& running = *timer;
        running.async_wait(boost::asio::consign(std::move(handler), std::move(timer)));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(boost::system::error_code)>(
        std::move(start), boost::asio::use_awaitable);
}

namespace {

struct timer_limit final : time_limit {
    explicit timer_limit(std::shared_ptr<boost::asio::steady_timer> runs) : timer(std::move(runs)) {}
    std::shared_ptr<boost::asio::steady_timer> timer;
};

}  // namespace

std::unique_ptr<time_limit> system_clock::set_limit(const boost::asio::any_io_executor& on, milliseconds d,
                                                    std::function<void()> reached) {
    auto timer = std::make_shared<boost::asio::steady_timer>(on, d);
    // It may have come to its time already when the limit goes: then it is gone here.
    timer->async_wait([reached = std::move(reached), set = std::weak_ptr(timer)](boost::system::error_code failed) {
        if (!failed && !set.expired()) reached();
    });
    return std::make_unique<timer_limit>(std::move(timer));
}

namespace {

// At most 256 bytes: a request for so many is never cut short once the kernel's pool is ready (getrandom(2)).
template <class Bytes>
void fill(Bytes& out) {
    while (::getrandom(out.data(), out.size(), 0) != static_cast<ssize_t>(out.size()))
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
}

}  // namespace

random_bytes system_random::bytes() {
    random_bytes out{};
    if (drawn_.size() - used_ < out.size()) {
        fill(drawn_);
        used_ = 0;
    }
    std::copy_n(drawn_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
    return out;
}

double system_random::fraction() {
    const random_bytes b = bytes();
    std::uint64_t bits = 0;
    std::memcpy(&bits, b.data(), sizeof bits);
    return static_cast<double>(bits >> 11) / 9007199254740992.0;  // 53 bits
}

std::string random_uuid() {
    std::array<std::uint8_t, 16> bytes{};
    fill(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
    return uuid_text(bytes);
}

std::string random_hex(std::size_t bytes) {
    std::string drawn(bytes, '\0');
    fill(drawn);
    return hex(drawn);
}

}  // namespace slipway
