#include "engine/base/terminal_text.hpp"

#include "engine/base/hex.hpp"
#include "engine/base/utf8.hpp"

#include <algorithm>
#include <optional>

namespace slipway {

namespace {

constexpr std::string_view no_text = "\xef\xbf\xbd";  // U+FFFD

void append_code_unit(std::string& to, std::uint32_t unit) {
    to += "\\u";
    append_hex(to, static_cast<std::uint8_t>(unit >> 8 & 0xff));
    append_hex(to, static_cast<std::uint8_t>(unit & 0xff));
}

// As JSON writes them: what is beyond 16 bits is a pair of surrogates.
void append_escape(std::string& to, std::uint32_t code) {
    if (code <= 0xffff) return append_code_unit(to, code);
    append_code_unit(to, 0xd800 + ((code - 0x10000) >> 10));
    append_code_unit(to, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

bool lays_out(std::uint32_t code) {
    return code == '\n' || code == '\t';
}

// Each character in turn, and its code point; none for a byte that is no text.
template <class Take>
void for_each_character(std::string_view text, Take take) {
    while (!text.empty()) {
        const std::size_t size = utf8_character(text);
        const std::string_view one = text.substr(0, std::max<std::size_t>(size, 1));
        take(one, size == 0 ? std::nullopt : std::optional<std::uint32_t>(code_point(one)));
        text.remove_prefix(one.size());
    }
}

}  // namespace

bool is_harmful(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f)  // C0, DEL, C1
           || code == 0x2028 || code == 0x2029            // line and paragraph separator
           || (code >= 0x200b && code <= 0x200f)          // zero width, direction marks
           || (code >= 0x202a && code <= 0x202e)          // direction embeddings and overrides
           || (code >= 0x2060 && code <= 0x206f)          // invisible operators, isolates
           || code == 0x061c || code == 0xfeff            // Arabic letter mark, byte order mark
           || (code >= 0xe0000 && code <= 0xe007f);       // tags
}

std::string without_controls(std::string_view text) {
    std::string out;
    for_each_character(text, [&](std::string_view bytes, std::optional<std::uint32_t> code) {
        if (!code)
            out += no_text;
        else if (lays_out(*code) || !is_harmful(*code))
            out += bytes;
    });
    return out;
}

std::string with_visible_controls(std::string_view text) {
    std::string out;
    for_each_character(text, [&](std::string_view bytes, std::optional<std::uint32_t> code) {
        if (code && !is_harmful(*code)) {
            out += bytes;
        } else if (code == '\n') {
            out += "\\n";
        } else if (code && *code > 0xff) {
            append_escape(out, *code);
        } else {
            for (const char byte : bytes) {
                out += "\\x";
                append_hex(out, static_cast<std::uint8_t>(byte));
            }
        }
    });
    return out;
}

std::string json_for_terminal(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for_each_character(json, [&](std::string_view bytes, std::optional<std::uint32_t> code) {
        if (!code)
            out += no_text;
        else if (lays_out(*code) || !is_harmful(*code))
            out += bytes;
        else
            append_escape(out, *code);
    });
    return out;
}

}  // namespace slipway
