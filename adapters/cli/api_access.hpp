// The two ways to the API: over HTTP to a daemon, or with the engine in this process. What a verb prints is made from
// the answers and is the same either way.
//
// Owned by market_session; called on its loop's thread.
#pragma once

#include "adapters/cli/vm_view.hpp"
#include "adapters/net/http_message.hpp"
#include "engine/base/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace slipway::cli {

class api_access {
public:
    virtual ~api_access() = default;

    // Before anything else.
    virtual boost::asio::awaitable<result<void>> start() = 0;

    // An error where no answer came at all.
    virtual boost::asio::awaitable<result<net::http_response>> ask(net::http_request request) = 0;

    // Of this stream only what happens from now on is worth a line.
    virtual boost::asio::awaitable<result<void>> mark(std::string stream) = 0;

    // Until all of these are at rest, with progress; their states then. Without `wait`: their states now.
    virtual boost::asio::awaitable<result<std::vector<vm_view>>> rest(std::vector<std::string> streams, bool wait) = 0;

    // Ends what goes on in this process; nothing is lost.
    virtual boost::asio::awaitable<void> stop() = 0;
};

}  // namespace slipway::cli
