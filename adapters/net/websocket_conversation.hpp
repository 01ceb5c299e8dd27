// A WebSocket once it is open: frames go both ways over a stream of bytes, whatever way that goes. The other half of
// websocket_client.hpp, which says what holds for it.
#pragma once

#include "adapters/net/stream.hpp"
#include "adapters/net/websocket_client.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace slipway::net {

// `name` is what messages call the peer; `first` came behind its consent.
std::unique_ptr<websocket_client> begin_conversation(const boost::asio::any_io_executor& loop,
                                                     std::unique_ptr<stream> connection, std::string name,
                                                     websocket_limits limits, std::string first);

}  // namespace slipway::net
