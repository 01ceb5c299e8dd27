#include "engine/model/ids.hpp"

#include "engine/base/hex.hpp"

#include <charconv>

namespace slipway {

std::string uuid_text(const std::array<std::uint8_t, 16>& bytes) {
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        append_hex(text, bytes[i]);
    }
    return text;
}

std::string uuid_v7(timestamp at, const random_bytes& random) {
    std::array<std::uint8_t, 16> b{};
    const auto ms = static_cast<std::uint64_t>(at.ms);
    for (int i = 0; i < 6; ++i) b[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    for (std::size_t i = 0; i < random.size(); ++i) b[6 + i] = random[i];
    b[6] = static_cast<std::uint8_t>((b[6] & 0x0f) | 0x70);  // version 7
    b[8] = static_cast<std::uint8_t>((b[8] & 0x3f) | 0x80);  // variant of RFC 9562
    return uuid_text(b);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return true;
}

std::optional<timestamp> uuid_time(std::string_view id) {
    if (!is_uuid(id)) return {};
    const std::string first_48_bits = std::string(id.substr(0, 8)) + std::string(id.substr(9, 4));
    std::int64_t ms = 0;
    std::from_chars(first_48_bits.data(), first_48_bits.data() + first_48_bits.size(), ms, 16);
    return timestamp{ms};
}

std::string short_id(const stream_id& id) { return id.text.size() < 8 ? id.text : id.text.substr(id.text.size() - 8); }

}  // namespace slipway
