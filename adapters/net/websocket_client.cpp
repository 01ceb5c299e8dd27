#include "adapters/net/websocket_client.hpp"

#include "adapters/net/connect.hpp"
#include "adapters/net/http_codec.hpp"
#include "adapters/net/websocket_conversation.hpp"
#include "adapters/net/websocket_handshake.hpp"
#include "engine/async/cancellation.hpp"
#include "engine/base/base64.hpp"

#include <boost/asio/this_coro.hpp>

#include <openssl/rand.h>

#include <utility>
#include <vector>

namespace slipway::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_answer_head = 16u << 10;

std::string fresh_key() {
    std::string bytes(16, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("OpenSSL has no randomness");
    return base64_encode(bytes);
}

// The answer's head, and in `pending` what came behind it; or why there is none.
asio::awaitable<boost::system::error_code> read_head(stream& from, response_reader& reader, std::string& pending,
                                                     response_reader::progress& state) {
    std::vector<char> piece(4u << 10);
    for (;;) {
        const transfer got = co_await from.read_some(asio::buffer(piece));
        if (got.bytes == 0) co_return got.failed;
        pending.append(piece.data(), got.bytes);
        std::string_view rest = pending;
        state = reader.feed(rest);
        pending.erase(0, pending.size() - rest.size());
        if (state != response_reader::progress::more) co_return boost::system::error_code{};
    }
}

websocket_error not_open(std::string message, bool timed_out = false) {
    websocket_error out;
    out.message = std::move(message);
    out.timed_out = timed_out;
    return out;
}

}  // namespace

asio::awaitable<websocket_result> open_websocket(websocket_url where, tls_context tls, websocket_limits limits) {
    if (where.origin.tls() && !tls) throw std::logic_error("a wss client needs a TLS context");
    if (!where.origin.tls()) tls.reset();
    const std::string name = where.origin.host;
    const std::string key = fresh_key();
    const std::string request = write_request(ask_for_websocket(where.target, key), where.origin.authority());
    if (request.empty()) co_return not_open("The address at " + name + " has a character that must not be sent.");

    const auto loop = co_await asio::this_coro::executor;
    deadline until(loop, limits.open);
    auto connecting = connect(name, where.origin.port, std::move(tls), until);
    auto opened = co_await std::move(connecting);
    if (opened.has_error()) {
        auto refused = not_open(opened.error().message, opened.error().timed_out);
        refused.certificate = opened.error().certificate;
        co_return refused;
    }
    const std::unique_ptr<stream>& connection = *opened;

    http_limits head_only;
    head_only.header = longest_answer_head;
    response_reader reader("HEAD", head_only);  // of an answer that says no, the body is of no use
    auto state = response_reader::progress::more;
    std::string pending;
    {
        deadline::watch watch(until, [&connection] { connection->close(); });
        auto failed = co_await write_whole(*connection, request);
        if (!failed) failed = co_await read_head(*connection, reader, pending, state);
        co_await stop_if_cancelled();
        if (until.expired())
            co_return not_open(name + " did not open the WebSocket within " + time_text(limits.open) + ".", true);
        if (failed) co_return not_open(name + " closed the connection before the WebSocket was open.");
    }
    if (state != response_reader::progress::done) co_return not_open(name + " sent an answer that is not HTTP.");
    const http_response answer = reader.take();
    if (answer.status != 101) {
        auto refused = not_open(name + " did not open the WebSocket: it answered with status " +
                                std::to_string(answer.status) + ".");
        refused.status = answer.status;
        co_return refused;
    }
    if (const auto wrong = no_consent(answer, key))
        co_return not_open(name + " did not open the WebSocket: " + std::string(*wrong) + ".");

    auto client = begin_conversation(loop, std::move(*opened), name, limits, std::move(pending));
    co_return websocket_result(std::move(client));
}

}  // namespace slipway::net
