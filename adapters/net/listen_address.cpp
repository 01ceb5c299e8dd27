#include "adapters/net/http_server.hpp"

#include <boost/asio/ip/address.hpp>

#include <sys/un.h>

#include <charconv>

namespace slipway::net {

namespace {

error nothing_to_listen_on(std::string_view text, std::string_view why) {
    return make_error(error_kind::configuration, "\"" + std::string(text) + "\" is nothing to listen on: " +
                                                     std::string(why) + ". Use unix:PATH or HOST:PORT.");
}

}  // namespace

bool listen_address::leaves_the_machine() const {
    if (unix_socket()) return false;
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(host, failed);
    return failed || !address.is_loopback();
}

std::string listen_address::text() const {
    if (unix_socket()) return "unix:" + path;
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return name + ":" + std::to_string(port);
}

result<listen_address> parse_listen_address(std::string_view text) {
    listen_address out;
    if (text.starts_with("unix:")) {
        out.path = std::string(text.substr(5));
        if (out.path.empty()) return nothing_to_listen_on(text, "the path is missing");
        if (out.path.find('\0') != std::string::npos) return nothing_to_listen_on(text, "there is a zero byte in the path");
        if (out.path.size() >= sizeof(sockaddr_un::sun_path))
            return nothing_to_listen_on(text, "the path of a unix socket has at most " +
                                    std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " characters");
        return out;
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return nothing_to_listen_on(text, "the port is missing");
    if (text.find('\0') != std::string_view::npos) return nothing_to_listen_on("", "there is a zero byte in it");
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return nothing_to_listen_on(text, "an IPv6 address stands in brackets");
    }
    out.host = host == "localhost" ? "127.0.0.1" : std::string(host);
    boost::system::error_code failed;
    boost::asio::ip::make_address(out.host, failed);
    if (failed) return nothing_to_listen_on(text, "the host must be an address of this machine, or localhost");
    const auto [end, bad] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (bad != std::errc{} || end != port.data() + port.size() || port.empty())
        return nothing_to_listen_on(text, "the port must be a number from 0 to 65535");
    return out;
}

}  // namespace slipway::net
