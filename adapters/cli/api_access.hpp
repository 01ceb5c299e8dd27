// The two ways to the API: over HTTP to a daemon, or with the service in this process. What a verb prints is made from
// the answers and is the same either way.
//
// Owned by api_session; called on its loop's thread.
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

    // What this stream has been through is no news: only what happens from now on is told by wait_for().
    virtual boost::asio::awaitable<result<void>> skip_history(std::string stream) = 0;

    // As they stand.
    virtual boost::asio::awaitable<result<std::vector<vm_view>>> read(std::vector<std::string> streams) = 0;

    // Until nothing is to be done for any of these, and tells meanwhile what happens to them; as they stand then.
    virtual boost::asio::awaitable<result<std::vector<vm_view>>> wait_for(std::vector<std::string> streams) = 0;

    // Ends what goes on in this process; nothing is lost.
    virtual boost::asio::awaitable<void> stop() = 0;
};

}  // namespace slipway::cli
