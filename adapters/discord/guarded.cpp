#include "adapters/discord/guarded.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace slipway::discord {

boost::asio::awaitable<void> guarded(boost::asio::awaitable<void> work, std::function<void(const std::string&)> say) {
    std::string what;
    try {
        co_await std::move(work);
    } catch (const boost::system::system_error& ended) {
        if (ended.code() == boost::asio::error::operation_aborted) throw;
        what = ended.what();
    } catch (const std::exception& broken) {
        what = broken.what();
    }
    if (!what.empty()) say("Discord: a command has met a fault of slipway's, please report it: " + what);
}

}  // namespace slipway::discord
