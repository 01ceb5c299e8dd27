#include "engine/base/hex.hpp"

namespace slipway {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<secret> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes(text.size() / 2, '\0');  // in one piece: growing would leave copies behind
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            wipe(bytes);
            return std::nullopt;
        }
        bytes[i] = static_cast<char>(high << 4 | low);
    }
    return secret(std::move(bytes));
}

std::string hex(std::string_view bytes) {
    std::string text(2 * bytes.size(), '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text[2 * i] = hex_digits[byte >> 4];
        text[2 * i + 1] = hex_digits[byte & 15];
    }
    return text;
}

void append_hex(std::string& text, unsigned char byte) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
}

}  // namespace slipway
