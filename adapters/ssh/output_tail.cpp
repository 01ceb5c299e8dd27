#include "adapters/ssh/output_tail.hpp"

namespace slipway::ssh {

namespace {

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Length of the well-formed character (RFC 3629) that `text` begins with; 0 where it begins with none.
std::size_t character_at(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead == 0) return 0;
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if (!continues(text[i])) return 0;
    const auto second = static_cast<unsigned char>(text[1]);
    if (lead == 0xe0 && second < 0xa0) return 0;  // written longer than needed
    if (lead == 0xed && second > 0x9f) return 0;  // a surrogate
    if (lead == 0xf0 && second < 0x90) return 0;
    if (lead == 0xf4 && second > 0x8f) return 0;  // beyond U+10FFFF
    return size;
}

std::string_view last(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    text.remove_prefix(text.size() - limit);
    for (int i = 0; i < 3 && !text.empty() && continues(text.front()); ++i) text.remove_prefix(1);
    return text;
}

}  // namespace

std::string text_tail(std::string_view bytes, std::size_t limit) {
    // A remote side that cut the bytes already may have cut a character, too.
    if (bytes.size() >= limit)
        for (int i = 0; i < 3 && !bytes.empty() && continues(bytes.front()); ++i) bytes.remove_prefix(1);
    bytes = last(bytes, limit);
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t size = character_at(bytes);
        if (size == 0) {
            text += "\xef\xbf\xbd";
            bytes.remove_prefix(1);
        } else {
            text += bytes.substr(0, size);
            bytes.remove_prefix(size);
        }
    }
    return std::string(last(text, limit));
}

}  // namespace slipway::ssh
