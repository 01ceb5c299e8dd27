// For operations whose error is a value of theirs and no exception: co_await socket.async_read_some(buffer, returned).
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway {

inline constexpr auto returned = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace slipway
