// WebSocket's frames (RFC 6455 §5) as bytes: a client's are written, a server's are read, no socket in sight. Pure.
// What breaks the rules is refused as soon as it shows, with the code to say goodbye with; the size of a message is
// known before any of it is kept.
#pragma once

#include "adapters/net/websocket_client.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::net {

enum class websocket_opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

using websocket_mask = std::array<unsigned char, 4>;

// One whole frame, masked as a client's must be. The mask has to be fresh, and not to be guessed.
std::string write_frame(websocket_opcode opcode, std::string_view payload, websocket_mask mask);

// May stand in a close frame (RFC 6455 §7.4, and the registry of its codes).
bool is_close_code(std::uint16_t code);

// What a close frame carries; the reason is cut at a whole character, so that it fits.
std::string write_close(std::uint16_t code, std::string_view reason);

class frame_reader {
public:
    explicit frame_reader(std::size_t longest_message);

    enum class progress { more, text, ping, closed, refused };

    // Takes what it needs from the front of `bytes` and removes it there. After closed and refused nothing more is to
    // be read.
    progress feed(std::string_view& bytes);

    std::string take();                // after text: the message; after ping: what has to come back
    websocket_closed goodbye() const;  // after closed

    struct refusal {
        std::uint16_t code = 1002;
        std::string_view why;  // the end of a sentence: "it sent …"
    };
    const refusal& why() const;  // after refused

private:
    bool begin_frame();
    progress end_frame();
    progress end_close();
    progress refuse(std::uint16_t code, std::string_view why);
    bool is_control() const;

    std::size_t longest_;
    std::string head_;         // of the frame that is coming, as far as it has come
    bool in_payload_ = false;  // its head is whole
    std::size_t left_ = 0;     // of its payload
    websocket_opcode opcode_ = websocket_opcode::continuation;
    bool final_ = false;
    bool fragmented_ = false;  // a message has begun and not ended
    std::string message_;
    std::string control_;
    std::string taken_;
    websocket_closed goodbye_;
    refusal refusal_;
};

}  // namespace slipway::net
