#include "adapters/net/websocket_handshake.hpp"

#include "engine/base/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace slipway::net {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// "keep-alive, Upgrade" names "upgrade".
bool names(std::string_view list, std::string_view word) {
    for (;;) {
        const auto comma = list.find(',');
        if (same_word(trimmed(list.substr(0, comma)), word)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

http_request ask_for_websocket(std::string target, const std::string& key) {
    http_request out;
    out.target = std::move(target);
    out.headers = {{"Upgrade", "websocket"},
                   {"Connection", "Upgrade"},
                   {"Sec-WebSocket-Key", key},
                   {"Sec-WebSocket-Version", "13"},
                   {"User-Agent", "slipway/" SLIPWAY_VERSION}};
    return out;
}

std::string websocket_accept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("OpenSSL has no SHA-1, which WebSocket needs");
    return base64_encode(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

std::optional<std::string_view> no_consent(const http_response& answer, std::string_view key) {
    const auto says = [&](std::string_view name, std::string_view word) {
        return std::any_of(answer.headers.begin(), answer.headers.end(), [&](const http_header& header) {
            return same_word(header.name, name) && names(header.value, word);
        });
    };
    if (!says("upgrade", "websocket") || !says("connection", "upgrade")) return "it switches to another protocol";
    const auto accept = find_header(answer.headers, "Sec-WebSocket-Accept");
    if (!accept || *accept != websocket_accept(key)) return "its consent is not to this request";
    if (find_header(answer.headers, "Sec-WebSocket-Extensions") ||
        find_header(answer.headers, "Sec-WebSocket-Protocol"))
        return "it insists on something that was not asked for";
    return std::nullopt;
}

}  // namespace slipway::net
