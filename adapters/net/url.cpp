#include "adapters/net/url.hpp"

#include "engine/base/host_name.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace slipway::net {

namespace {

constexpr std::string_view alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

error refuse(std::string_view text, std::string_view why) {
    // Neither the part before an '@' (it may be a password) nor unprintable bytes are repeated.
    const auto at = text.rfind('@');
    std::string shown(at == std::string_view::npos ? text : text.substr(at + 1));
    std::erase_if(shown, [](unsigned char c) { return c < 0x20 || c > 0x7e; });
    return make_error(error_kind::usage, "\"" + shown + "\" is not an address that can be used: " + std::string(why));
}

// What can stand in a request as it is.
bool is_path(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; }) &&
           text.find_first_of("?#\\") == std::string_view::npos;
}

bool is_ipv6(std::string_view text) {
    if (!is_path(text)) return false;  // the library takes a zero byte for the text's end
    boost::system::error_code failed;
    boost::asio::ip::make_address_v6(std::string(text), failed);
    return !failed;
}

bool is_query(std::string_view text) {
    return text.empty() || (text.front() == '?' && (text.size() == 1 || is_path(text.substr(1))));
}

// A host's name. Networks of containers have names with '_' too, and resolvers take them.
bool can_be_resolved(std::string text) {
    std::replace(text.begin(), text.end(), '_', 'x');
    return is_host_name(text);
}

struct address_parts {
    url origin;
    std::string_view behind;  // path, query and fragment, of which nothing is known yet
};

result<address_parts> take_apart(std::string_view text, std::string_view plain, std::string_view secure) {
    address_parts out;
    url& origin = out.origin;
    const std::string beginning = "it must begin with " + std::string(secure) + "://";
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return refuse(text, beginning);
    origin.scheme = lower(text.substr(0, colon));
    if (origin.scheme != plain && origin.scheme != secure) return refuse(text, beginning);

    const std::string_view rest = text.substr(colon + 3);
    const auto end_of_authority = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view authority = rest.substr(0, end_of_authority);
    out.behind = rest.substr(end_of_authority);
    if (authority.find('@') != std::string_view::npos) return refuse(text, "it must not hold a user name");

    std::string_view port;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return refuse(text, "the ']' of its address is missing");
        const std::string_view after = authority.substr(end + 1);
        origin.host = lower(authority.substr(1, end - 1));
        if (!is_ipv6(origin.host)) return refuse(text, "there is no IPv6 address in the brackets");
        if (!after.empty() && after.front() != ':') return refuse(text, "only a port may follow the brackets");
        if (!after.empty()) port = after.substr(1);
        if (!after.empty() && port.empty()) return refuse(text, "its port is missing");
    } else {
        const auto mark = authority.find(':');
        origin.host = lower(authority.substr(0, mark));
        if (!can_be_resolved(origin.host)) return refuse(text, "its host name is missing or malformed");
        if (mark != std::string_view::npos) {
            port = authority.substr(mark + 1);
            if (port.empty()) return refuse(text, "its port is missing");
        }
    }
    origin.port = origin.tls() ? 443 : 80;
    if (!port.empty()) {
        const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
        if (failed != std::errc{} || end != port.data() + port.size() || origin.port == 0)
            return refuse(text, "its port must be a number from 1 to 65535");
    }
    return out;
}

}  // namespace

std::string url::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    const bool usual = port == (tls() ? 443 : 80);
    return usual ? name : name + ":" + std::to_string(port);
}

std::string url::origin() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return scheme + "://" + name + ":" + std::to_string(port);
}

result<url> parse_url(std::string_view text) {
    auto parts = take_apart(text, "http", "https");
    if (!parts) return parts.error();
    std::string_view path = parts->behind;
    if (!is_path(path)) return refuse(text, "its path must be plain, without a query or a fragment");
    while (path.ends_with('/')) path.remove_suffix(1);
    parts->origin.path = std::string(path);
    return std::move(parts->origin);
}

result<websocket_url> parse_websocket_url(std::string_view text) {
    auto parts = take_apart(text, "ws", "wss");
    if (!parts) return parts.error();
    if (!parts->origin.tls() && !is_loopback_host(parts->origin.host))
        return refuse(text, "plain ws would show the token to the network; use wss://");
    const std::string_view behind = parts->behind;
    const auto query = std::min(behind.find('?'), behind.size());
    if (!is_path(behind.substr(0, query)) || !is_query(behind.substr(query)))
        return refuse(text, "its path and its query must be plain, without a fragment");
    websocket_url out;
    out.origin = std::move(parts->origin);
    out.target = (behind.starts_with('/') ? "" : "/") + std::string(behind);
    return out;
}

bool is_loopback_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (lower(host) == "localhost") return true;
    if (host.find('\0') != std::string_view::npos) return false;
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(std::string(host), failed);
    return !failed && address.is_loopback();
}

result<url> parse_endpoint(std::string_view text) {
    auto parsed = parse_url(text);
    if (parsed.has_value() && !parsed->tls() && !is_loopback_host(parsed->host))
        return refuse(text, "plain http would show the token to the network; use https://");
    return parsed;
}

std::string percent_encode(std::string_view value) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (alphanumeric.find(c) != std::string_view::npos || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    return out;
}

}  // namespace slipway::net
