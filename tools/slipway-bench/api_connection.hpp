// A kept-alive connection to slipwayd's unix socket that asks for contracts: as little HTTP as a client can get by with,
// since it shares the machine's processors with what is measured.
//
// One thread, the loop's. Throws std::runtime_error, and what Asio throws.
#pragma once

#include "tools/slipway-bench/slipwayd_process.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstdint>
#include <string>

namespace slipway::bench {

class api_connection {
public:
    explicit api_connection(boost::asio::io_context& loop) : socket_(loop) {}

    // As soon as it listens: it may just be starting.
    boost::asio::awaitable<void> connect(const slipwayd_process& to);

    // The contract of this buyer, accepted when it returns; anything but 202 is thrown.
    boost::asio::awaitable<void> accept_contract(std::uint64_t buyer, std::string offering);

private:
    boost::asio::local::stream_protocol::socket socket_;
    std::string answer_;  // what has come of it
};

}  // namespace slipway::bench
