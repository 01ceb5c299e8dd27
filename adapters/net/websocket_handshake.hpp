// How a WebSocket is asked for and consented to over HTTP (RFC 6455 §4), the client's side. Pure.
#pragma once

#include "adapters/net/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slipway::net {

// `key` is base64 of 16 bytes by chance. `target` is path and query.
http_request ask_for_websocket(std::string target, const std::string& key);

// What a peer that speaks WebSocket makes of a key: its Sec-WebSocket-Accept.
std::string websocket_accept(std::string_view key);

// What is wrong with an answer of status 101, as the end of a sentence; nothing where the peer consents. No extension
// and no subprotocol was asked for, so none may be there.
std::optional<std::string_view> no_consent(const http_response& answer, std::string_view key);

}  // namespace slipway::net
