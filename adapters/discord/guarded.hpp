// Work for one person that has a bug ends, is told to the operator, and disturbs nobody else's.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace slipway::discord {

// Cancellation goes on its way.
boost::asio::awaitable<void> guarded(boost::asio::awaitable<void> work, std::function<void(const std::string&)> say);

}  // namespace slipway::discord
