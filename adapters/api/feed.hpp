// The events of the log for those who follow it: once as JSON lines, or live as server-sent events.
//
// The live feed's coroutine ends when its reader is gone, and when it is cancelled; the service must outlive it. Every
// event is sent at least once to a reader who comes back with the last id that it has seen.
#pragma once

#include "adapters/api/handler.hpp"
#include "engine/service/service.hpp"
#include "adapters/net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::api {

std::string json_lines(const std::vector<event_record>& records);

// "id: 7\nevent: activated\ndata: {…}\n\n"
std::string server_sent(const event_record& record);

// Begins behind `query.after`; its limit is not looked at.
boost::asio::awaitable<void> follow(service::operations& service, service::events_query query, service::origin from,
                                    handler_options options, net::body_writer& to);

}  // namespace slipway::api
