#include "tools/slipway-bench/api_connection.hpp"

#include "engine/runtime/system.hpp"
#include "tools/slipway-bench/buyers.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace slipway::bench {

namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;

std::string request_of(std::uint64_t buyer, const std::string& offering) {
    const std::string body = R"({"offering":")" + offering + R"(","ssh_pubkey":")" + buyer_key_line(buyer) + R"("})";
    return "POST /v1/contracts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: buyer-" +
           std::to_string(buyer) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::size_t body_length(std::string_view head) {
    constexpr std::string_view name = "\r\nContent-Length: ";  // as slipwayd writes it
    const std::size_t at = head.find(name);
    if (at == std::string_view::npos) throw std::runtime_error("slipwayd does not say how long its answer is");
    std::size_t length = 0;
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
}

}  // namespace

awaitable<void> api_connection::connect(const slipwayd_process& to) {
    constexpr std::chrono::milliseconds between_looks{1};
    system_clock clock;
    const boost::asio::local::stream_protocol::endpoint there(to.socket());
    while (to.runs()) {
        const auto [failed] = co_await socket_.async_connect(there, boost::asio::as_tuple(use_awaitable));
        if (!failed) co_return;
        socket_.close();
        co_await clock.sleep(between_looks);
    }
    throw std::runtime_error("slipwayd has ended (what it said is above)");
}

awaitable<void> api_connection::accept_contract(std::uint64_t buyer, std::string offering) {
    const std::string request = request_of(buyer, offering);
    co_await boost::asio::async_write(socket_, boost::asio::buffer(request), use_awaitable);
    const std::size_t head =
        co_await boost::asio::async_read_until(socket_, boost::asio::dynamic_buffer(answer_), "\r\n\r\n", use_awaitable);
    const std::size_t whole = head + body_length(std::string_view(answer_).substr(0, head));
    if (answer_.size() < whole) {
        const std::size_t here = answer_.size();
        answer_.resize(whole);
        co_await boost::asio::async_read(socket_, boost::asio::buffer(answer_.data() + here, whole - here), use_awaitable);
    }
    if (!answer_.starts_with("HTTP/1.1 202 ")) throw std::runtime_error("slipwayd does not accept a contract: " + answer_);
    answer_.erase(0, whole);
}

}  // namespace slipway::bench
