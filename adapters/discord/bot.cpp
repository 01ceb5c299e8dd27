#include "adapters/discord/bot.hpp"

#include "adapters/discord/bot_session.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace slipway::discord {

namespace asio = boost::asio;

bot::bot(bot_settings settings, parts with) : settings_(std::move(settings)), with_(std::move(with)) {}
bot::~bot() = default;

asio::awaitable<void> bot::run() {
    const auto mine = std::make_shared<bot_session>(settings_, with_);
    current_ = mine;
    std::exception_ptr broken;
    try {
        co_await mine->run();
    } catch (...) {
        broken = std::current_exception();
    }
    // What it has begun must not outlive it, also where this was cancelled.
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool is_cancelled = state.cancelled() != asio::cancellation_type::none;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await mine->finish();
    current_.reset();
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    if (is_cancelled) throw boost::system::system_error(asio::error::operation_aborted);
    if (broken) std::rethrow_exception(broken);
}

void bot::appended(const std::vector<event_record>& records) {
    if (current_) current_->appended(records);
}

}  // namespace slipway::discord
