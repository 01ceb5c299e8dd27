// Frames as bytes: what a client writes, and what it makes of what a server sends, however that is cut.
#include "adapters/net/websocket_frames.hpp"
#include "adapters/net/websocket_handshake.hpp"
#include "tests/adapters/net/websocket_script.hpp"
#include "tests/support/catch.hpp"

using namespace slipway::net;
using namespace slipway::test;
using namespace std::string_literals;
using progress = frame_reader::progress;

namespace {

// What comes of `bytes`, in pieces of this size, until something other than "more" does.
progress feed(frame_reader& reader, std::string_view bytes, std::size_t piece = 1000) {
    auto state = progress::more;
    while (!bytes.empty() && state == progress::more) {
        std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        state = reader.feed(part);
        if (state != progress::more) CHECK(part.empty());
    }
    CHECK(bytes.empty());
    return state;
}

std::uint16_t refusal_of(std::string_view bytes, std::size_t longest = 1000) {
    frame_reader reader(longest);
    const auto state = feed(reader, bytes);
    CHECK(state == progress::refused);
    return state == progress::refused ? reader.why().code : 0;
}

}  // namespace

TEST_CASE("a client's frame is masked, and its length written as short as possible") {
    const websocket_mask mask{0x37, 0xfa, 0x21, 0x3d};
    // RFC 6455 §5.7
    CHECK(write_frame(websocket_opcode::text, "Hello", mask) == "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s);
    CHECK(write_frame(websocket_opcode::ping, "", mask) == "\x89\x80\x37\xfa\x21\x3d"s);
    const websocket_mask none{};
    CHECK(write_frame(websocket_opcode::text, std::string(125, 'x'), none).starts_with("\x81\xfd\0\0\0\0x"s));
    CHECK(write_frame(websocket_opcode::text, std::string(126, 'x'), none).starts_with("\x81\xfe\0\x7e\0\0\0\0x"s));
    CHECK(write_frame(websocket_opcode::text, std::string(65535, 'x'), none).starts_with("\x81\xfe\xff\xff\0\0\0\0x"s));
    const auto long_one = write_frame(websocket_opcode::text, std::string(65536, 'x'), none);
    CHECK(long_one.starts_with("\x81\xff\0\0\0\0\0\1\0\0\0\0\0\0x"s));
    CHECK(long_one.size() == 14 + 65536);
}

TEST_CASE("a message arrives whole, however its bytes are cut") {
    const std::size_t piece = GENERATE(1u, 2u, 3u, 7u, 1000u, 100000u);
    const std::size_t size = GENERATE(0u, 1u, 125u, 126u, 65535u, 65536u);
    frame_reader reader(100000);
    const std::string text(size, 'x');
    CHECK(feed(reader, server_frame(0x81, text), piece) == progress::text);
    CHECK(reader.take() == text);
    CHECK(feed(reader, server_frame(0x81, "again"), piece) == progress::text);
    CHECK(reader.take() == "again");
}

TEST_CASE("fragments are put together, and what comes between them is seen") {
    const std::size_t piece = GENERATE(1u, 5u, 1000u);
    frame_reader reader(1000);
    CHECK(feed(reader, server_frame(0x01, "one \xe2\x82"), piece) == progress::more);
    CHECK(feed(reader, server_frame(0x89, "are you there"), piece) == progress::ping);
    CHECK(reader.take() == "are you there");
    CHECK(feed(reader, server_frame(0x8a, "unasked"), piece) == progress::more);
    CHECK(feed(reader, server_frame(0x00, ""), piece) == progress::more);
    CHECK(feed(reader, server_frame(0x80, "\xac two"), piece) == progress::text);
    CHECK(reader.take() == "one \xe2\x82\xac two");
}

TEST_CASE("a goodbye has a code and a reason, or neither") {
    frame_reader with(1000), without(1000);
    CHECK(feed(with, server_frame(0x88, close_bytes(4004, "Authentication failed."))) == progress::closed);
    CHECK(with.goodbye().code == 4004);
    CHECK(with.goodbye().reason == "Authentication failed.");
    CHECK(feed(without, server_frame(0x88, "")) == progress::closed);
    CHECK(without.goodbye().code == 1005);
    CHECK(without.goodbye().reason.empty());
    for (const int code : {1000, 1001, 1011, 3000, 4000, 4999}) {
        frame_reader reader(1000);
        CHECK(feed(reader, server_frame(0x88, close_bytes(static_cast<std::uint16_t>(code)))) == progress::closed);
    }
}

TEST_CASE("what breaks the rules is refused as soon as it shows, with its code") {
    CHECK(refusal_of("\x81\x85") == 1002);                             // masked
    CHECK(refusal_of("\xc1\x05") == 1002);                             // an extension's bit
    CHECK(refusal_of("\x83\x05") == 1002);                             // an unknown kind
    CHECK(refusal_of("\x8b\x05") == 1002);                             // an unknown control frame
    CHECK(refusal_of("\x09\x01") == 1002);                             // a ping in fragments
    CHECK(refusal_of("\x89\x7e") == 1002);                             // a ping of more than 125 bytes
    CHECK(refusal_of("\x80\x01") == 1002);                             // the rest of no message
    CHECK(refusal_of(server_frame(0x01, "a") + "\x81\x01") == 1002);   // a message inside of a message
    CHECK(refusal_of("\x81\x7e\0\x7d"s) == 1002);                      // 125, written as if it were more
    CHECK(refusal_of("\x81\x7f\0\0\0\0\0\0\xff\xff"s) == 1002);        // 65535, likewise
    CHECK(refusal_of("\x82\x01") == 1003);                             // bytes
    CHECK(refusal_of(server_frame(0x81, "\xff")) == 1007);             // no UTF-8
    CHECK(refusal_of(server_frame(0x81, "\xe2\x82")) == 1007);         // half of a character
    CHECK(refusal_of(server_frame(0x88, "\x03")) == 1002);             // half of a code
    CHECK(refusal_of(server_frame(0x88, close_bytes(1005))) == 1002);  // a code that is never sent
    CHECK(refusal_of(server_frame(0x88, close_bytes(999))) == 1002);
    CHECK(refusal_of(server_frame(0x88, close_bytes(2999))) == 1002);
    CHECK(refusal_of(server_frame(0x88, close_bytes(5000))) == 1002);
    CHECK(refusal_of(server_frame(0x88, close_bytes(1000, "\xff"))) == 1007);
}

TEST_CASE("a message that is too long is refused by its head") {
    frame_reader fits(10);
    CHECK(feed(fits, server_frame(0x81, "1234567890")) == progress::text);
    CHECK(refusal_of("\x81\x0b", 10) == 1009);
    CHECK(refusal_of("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10) == 1009);
    CHECK(refusal_of(server_frame(0x01, "123456") + "\x80\x05", 10) == 1009);
}

TEST_CASE("a reason for closing is cut where it is too long, at a whole character") {
    CHECK(write_close(4000, "zombie") == "\x0f\xa0zombie");
    const std::string euro = "\xe2\x82\xac";
    std::string many;
    for (int i = 0; i < 50; ++i) many += euro;
    CHECK(write_close(1000, many).size() == 2 + 41 * 3);
    CHECK(write_close(1000, std::string(200, 'x')).size() == 125);
    CHECK(is_close_code(1000));
    CHECK_FALSE(is_close_code(1006));
    CHECK_FALSE(is_close_code(0));
}

TEST_CASE("a consent is that to our own key, and to nothing that was not asked for") {
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    CHECK(websocket_accept(key) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 §1.3
    const auto answer = [&](std::string upgrade, std::string connection, std::string accept) {
        http_response out;
        out.status = 101;
        out.headers = {{"upgrade", std::move(upgrade)},
                       {"CONNECTION", std::move(connection)},
                       {"Sec-WebSocket-Accept", std::move(accept)}};
        return out;
    };
    const auto good = answer("WebSocket", "keep-alive , UPGRADE", websocket_accept(key));
    CHECK_FALSE(no_consent(good, key).has_value());
    CHECK(no_consent(good, "another key").has_value());
    CHECK(no_consent(answer("h2c", "Upgrade", websocket_accept(key)), key).has_value());
    CHECK(no_consent(answer("websocket", "close", websocket_accept(key)), key).has_value());
    CHECK(no_consent(answer("websocket", "Upgrade", ""), key).has_value());
    for (const char* unasked : {"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"}) {
        auto more = good;
        more.headers.push_back(http_header{unasked, "permessage-deflate"});
        CHECK(no_consent(more, key).has_value());
    }
    http_response nothing;
    nothing.status = 101;
    CHECK(no_consent(nothing, key).has_value());
}
