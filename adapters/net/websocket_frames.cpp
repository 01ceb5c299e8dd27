#include "adapters/net/websocket_frames.hpp"

#include "engine/base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace slipway::net {

namespace {

constexpr std::size_t longest_control = 125;
constexpr std::size_t longest_reason = longest_control - 2;
constexpr unsigned char final_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f;
constexpr unsigned char mask_bit = 0x80, length_bits = 0x7f;

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value = value << 8 | byte_at(bytes, i);
    return value;
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

// Of the length that follows the first two bytes.
std::size_t length_bytes(unsigned char second) {
    const unsigned char length = second & length_bits;
    return length == 126 ? 2 : length == 127 ? 8 : 0;
}

}  // namespace

std::string write_frame(websocket_opcode opcode, std::string_view payload, websocket_mask mask) {
    std::string out;
    out.reserve(payload.size() + 14);  // no reallocation: it would leave a copy behind that nobody wipes
    out += static_cast<char>(final_bit | static_cast<unsigned char>(opcode));
    if (payload.size() <= longest_control) {
        out += static_cast<char>(mask_bit | payload.size());
    } else if (payload.size() <= 0xffff) {
        out += static_cast<char>(mask_bit | 126);
        append_big_endian(out, payload.size(), 2);
    } else {
        out += static_cast<char>(mask_bit | 127);
        append_big_endian(out, payload.size(), 8);
    }
    for (const unsigned char one : mask) out += static_cast<char>(one);
    const std::size_t head = out.size();
    out.append(payload);
    for (std::size_t i = 0; i < payload.size(); ++i) out[head + i] = static_cast<char>(out[head + i] ^ mask[i & 3]);
    return out;
}

bool is_close_code(std::uint16_t code) {
    const bool of_the_protocol = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    return of_the_protocol || (code >= 3000 && code <= 4999);
}

std::string write_close(std::uint16_t code, std::string_view reason) {
    std::string out;
    append_big_endian(out, code, 2);
    std::size_t fits = 0;
    for (std::string_view rest = reason; !rest.empty();) {
        const std::size_t size = utf8_character(rest);
        if (size == 0 || fits + size > longest_reason) break;
        fits += size;
        rest.remove_prefix(size);
    }
    return out.append(reason.substr(0, fits));
}

frame_reader::frame_reader(std::size_t longest_message) : longest_(longest_message) {}

frame_reader::progress frame_reader::feed(std::string_view& bytes) {
    for (;;) {
        while (!in_payload_) {
            if (bytes.empty()) return progress::more;
            head_ += bytes.front();
            bytes.remove_prefix(1);
            if (head_.size() < 2 || (head_.size() > 2 && head_.size() < 2 + length_bytes(byte_at(head_, 1)))) continue;
            if (!begin_frame()) return progress::refused;
        }
        const std::size_t here = std::min(left_, bytes.size());
        (is_control() ? control_ : message_).append(bytes.substr(0, here));
        bytes.remove_prefix(here);
        left_ -= here;
        if (left_ > 0) return progress::more;
        in_payload_ = false;
        head_.clear();
        const progress ended = end_frame();
        if (ended != progress::more) return ended;
    }
}

// Looks at a head of two bytes, and again when the length behind them is there. False: refused.
bool frame_reader::begin_frame() {
    const auto bad = [this](std::uint16_t code, std::string_view why) {
        refuse(code, why);
        return false;
    };
    const unsigned char first = byte_at(head_, 0), second = byte_at(head_, 1);
    const unsigned number = first & opcode_bits;
    opcode_ = static_cast<websocket_opcode>(number);
    final_ = (first & final_bit) != 0;
    if ((first & reserved_bits) != 0) return bad(1002, "a frame of an extension that was not agreed on");
    if (number > 10 || (number > 2 && number < 8)) return bad(1002, "a frame of an unknown kind");
    if ((second & mask_bit) != 0) return bad(1002, "a masked frame");
    const std::size_t more = length_bytes(second);
    if (is_control()) {
        if (!final_) return bad(1002, "a control frame in fragments");
        if (more > 0) return bad(1002, "a control frame that is too long");
        control_.clear();
    } else if (opcode_ == websocket_opcode::continuation) {
        if (!fragmented_) return bad(1002, "the continuation of no message");
    } else {
        if (fragmented_) return bad(1002, "a message inside of another");
        if (opcode_ == websocket_opcode::binary) return bad(1003, "a message that is not text");
    }
    if (head_.size() < 2 + more) return true;

    const std::uint64_t length = more == 0 ? second & length_bits : big_endian(std::string_view(head_).substr(2));
    if ((more == 2 && length <= longest_control) || (more == 8 && length <= 0xffff))
        return bad(1002, "a length that is written longer than it is");
    if (!is_control() && length > longest_ - message_.size()) return bad(1009, "a message that is too long");
    left_ = static_cast<std::size_t>(length);
    in_payload_ = true;
    return true;
}

frame_reader::progress frame_reader::end_frame() {
    switch (opcode_) {
        case websocket_opcode::close:
            return end_close();
        case websocket_opcode::ping:
            taken_ = std::exchange(control_, {});
            return progress::ping;
        case websocket_opcode::pong:
            return progress::more;  // nobody asked for one
        default:
            break;
    }
    fragmented_ = !final_;
    if (fragmented_) return progress::more;
    if (!is_utf8(message_)) return refuse(1007, "text that is not UTF-8");
    taken_ = std::exchange(message_, {});
    return progress::text;
}

frame_reader::progress frame_reader::end_close() {
    if (control_.empty()) return progress::closed;
    if (control_.size() == 1) return refuse(1002, "half of a closing code");
    goodbye_.code = static_cast<std::uint16_t>(big_endian(std::string_view(control_).substr(0, 2)));
    goodbye_.reason = control_.substr(2);
    if (!is_close_code(goodbye_.code)) return refuse(1002, "a closing code that must not be sent");
    if (!is_utf8(goodbye_.reason)) return refuse(1007, "a reason for closing that is not UTF-8");
    return progress::closed;
}

frame_reader::progress frame_reader::refuse(std::uint16_t code, std::string_view why) {
    refusal_.code = code;
    refusal_.why = why;
    return progress::refused;
}

bool frame_reader::is_control() const {
    return static_cast<unsigned char>(opcode_) >= 8;
}

std::string frame_reader::take() {
    return std::exchange(taken_, {});
}

websocket_closed frame_reader::goodbye() const {
    return goodbye_;
}

const frame_reader::refusal& frame_reader::why() const {
    return refusal_;
}

}  // namespace slipway::net
