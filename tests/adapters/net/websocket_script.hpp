// The server's side of WebSocket for scripts (scripted_server.hpp): consent, frames as a server writes them, and a
// client's frames taken apart, all by hand, so that a script can also do it wrong.
#pragma once

#include "adapters/net/websocket_client.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::test {

// A frame with this first byte (0x81: text, whole), its length written as short as possible, not masked.
std::string server_frame(unsigned first, std::string_view payload);

// What a close frame carries.
std::string close_bytes(std::uint16_t code, std::string_view reason = {});

struct client_frame {
    unsigned first = 0;
    bool masked = false;
    std::string payload;  // unmasked
};

// The client's next frame; nothing where it closed instead.
std::optional<client_frame> read_frame(peer& from);

// The head that consents to this request.
std::string consent(const std::string& request);

// Reads a request and consents to it.
void shake_hands(peer& client);

// A client of `server`, which has to consent.
std::unique_ptr<net::websocket_client> open_client(boost::asio::io_context& loop, const scripted_server& server,
                                                   net::websocket_limits limits = {});

// What came: a message; else REQUIRE fails.
std::string message_of(const net::websocket_event& event);
net::websocket_closed closed_of(const net::websocket_event& event);
net::websocket_lost lost_of(const net::websocket_event& event);

}  // namespace slipway::test
