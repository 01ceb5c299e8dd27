#include "adapters/net/stream.hpp"

namespace slipway::net {

namespace asio = boost::asio;

asio::awaitable<boost::system::error_code> write_whole(stream& to, std::string_view bytes) {
    while (!bytes.empty()) {
        const transfer sent = co_await to.write_some(asio::buffer(bytes));
        bytes.remove_prefix(sent.bytes);
        if (sent.failed) co_return sent.failed;
    }
    co_return boost::system::error_code{};
}

}  // namespace slipway::net
