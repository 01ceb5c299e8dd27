#include "tests/adapters/net/websocket_script.hpp"

#include "adapters/net/websocket_handshake.hpp"
#include "tests/support/catch.hpp"

namespace slipway::test {

namespace {

std::string big_endian(std::uint64_t value, int bytes) {
    std::string out;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
    return out;
}

}  // namespace

std::string server_frame(unsigned first, std::string_view payload) {
    std::string out(1, static_cast<char>(first));
    if (payload.size() < 126)
        out += static_cast<char>(payload.size());
    else if (payload.size() <= 0xffff)
        out += "\x7e" + big_endian(payload.size(), 2);
    else
        out += "\x7f" + big_endian(payload.size(), 8);
    return out.append(payload);
}

std::string close_bytes(std::uint16_t code, std::string_view reason) {
    return big_endian(code, 2).append(reason);
}

std::optional<client_frame> read_frame(peer& from) {
    const auto number = [&](std::size_t bytes) {
        std::uint64_t value = 0;
        for (const char c : from.read_bytes(bytes)) value = value << 8 | static_cast<unsigned char>(c);
        return value;
    };
    const std::string head = from.read_bytes(2);
    if (head.size() < 2) return std::nullopt;
    client_frame out;
    out.first = static_cast<unsigned char>(head[0]);
    out.masked = (head[1] & 0x80) != 0;
    std::uint64_t size = head[1] & 0x7f;
    if (size == 126)
        size = number(2);
    else if (size == 127)
        size = number(8);
    const std::string mask = out.masked ? from.read_bytes(4) : std::string(4, '\0');
    out.payload = from.read_bytes(size);
    if (out.payload.size() < size) return std::nullopt;
    for (std::size_t i = 0; i < out.payload.size(); ++i)
        out.payload[i] = static_cast<char>(out.payload[i] ^ mask[i % 4]);
    return out;
}

std::string consent(const std::string& request) {
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto key = request.find(name) + name.size();
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           net::websocket_accept(request.substr(key, request.find('\r', key) - key)) + "\r\n\r\n";
}

void shake_hands(peer& client) {
    client.send(consent(client.read_request()));
}

std::unique_ptr<net::websocket_client> open_client(boost::asio::io_context& loop, const scripted_server& server,
                                                   net::websocket_limits limits) {
    const auto where = net::parse_websocket_url("ws://127.0.0.1:" + std::to_string(server.port()) + "/?v=10");
    auto opened = run(loop, net::open_websocket(*where, nullptr, limits));
    REQUIRE(opened.has_value());
    return std::move(*opened);
}

std::string message_of(const net::websocket_event& event) {
    if (const auto* lost = std::get_if<net::websocket_lost>(&event)) INFO(lost->message);
    REQUIRE(std::holds_alternative<std::string>(event));
    return std::get<std::string>(event);
}

net::websocket_closed closed_of(const net::websocket_event& event) {
    REQUIRE(std::holds_alternative<net::websocket_closed>(event));
    return std::get<net::websocket_closed>(event);
}

net::websocket_lost lost_of(const net::websocket_event& event) {
    REQUIRE(std::holds_alternative<net::websocket_lost>(event));
    return std::get<net::websocket_lost>(event);
}

}  // namespace slipway::test
