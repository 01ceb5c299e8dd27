#include "adapters/notify/message_text.hpp"

#include "engine/base/base64.hpp"
#include "engine/base/terminal_text.hpp"
#include "engine/base/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace slipway::notify {

std::string one_line(std::string_view text, std::size_t most) {
    std::string out;
    bool blank = false;  // one is owed
    while (!text.empty()) {
        const std::size_t size = utf8_character(text);
        const std::string_view next = text.substr(0, std::max<std::size_t>(size, 1));
        const std::uint32_t code = size == 0 ? 0xfffd : code_point(next);
        if (code == ' ' || code == 0xa0 || is_harmful(code)) {
            blank = true;
        } else {
            if (blank && !out.empty()) out += ' ';
            blank = false;
            out += size == 0 ? std::string_view("\xef\xbf\xbd") : next;  // U+FFFD
        }
        text.remove_prefix(next.size());
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
