#include "adapters/notify/message_text.hpp"

#include "engine/base/base64.hpp"

#include <cstdint>
#include <optional>

namespace slipway::notify {

namespace {

struct character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
};

// The character at the front; none where the bytes are not UTF-8 (RFC 3629).
std::optional<character> first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return character{lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
    std::uint32_t code = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (overlong || surrogate || code > 0x10ffff) return {};
    return character{code, size};
}

bool harmful(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f)  // C0, DEL, C1
           || code == 0x2028 || code == 0x2029            // line and paragraph separator
           || (code >= 0x200b && code <= 0x200f)          // zero width, direction marks
           || (code >= 0x202a && code <= 0x202e)          // direction embeddings and overrides
           || (code >= 0x2060 && code <= 0x206f)          // invisible operators, isolates
           || code == 0x061c || code == 0xfeff            // Arabic letter mark, byte order mark
           || (code >= 0xe0000 && code <= 0xe007f);       // tags
}

}  // namespace

std::string_view whole_characters(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<std::uint8_t>(text[most]) & 0xc0) == 0x80) --most;
    return text.substr(0, most);
}

std::string one_line(std::string_view text, std::size_t most) {
    std::string out;
    bool blank = false;  // one is owed
    while (!text.empty()) {
        const auto next = first_of(text);
        const std::size_t bytes = next ? next->bytes : 1;
        if (next && (next->code == ' ' || next->code == 0xa0 || harmful(next->code))) {
            blank = true;
        } else {
            if (blank && !out.empty()) out += ' ';
            blank = false;
            out += next ? text.substr(0, bytes) : std::string_view("\xef\xbf\xbd");  // U+FFFD
        }
        text.remove_prefix(bytes);
    }
    if (out.size() <= most) return out;
    constexpr std::string_view cut = "...";
    out.resize(whole_characters(out, most > cut.size() ? most - cut.size() : 0).size());
    return out.append(cut);
}

std::string without_secret(std::string text, std::string_view secret) {
    if (secret.empty()) return text;
    for (const std::string& form : {std::string(secret), base64_encode(secret)})
        for (auto at = text.find(form); at != std::string::npos; at = text.find(form, at))
            text.replace(at, form.size(), "[redacted]");
    return text;
}

}  // namespace slipway::notify
