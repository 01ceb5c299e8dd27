// One run of the engine inside the CLI: it is opened, given commands, waited for, and closed. Ctrl-C and SIGTERM end it
// early; so does a log that cannot be written. Nothing is lost by either: what was begun stands in the log.
#pragma once

#include "adapters/cli/progress.hpp"
#include "adapters/cli/verbs.hpp"
#include "adapters/cli/vm_view.hpp"
#include "adapters/composition/installation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace slipway::cli {

class session {
public:
    explicit session(invocation& in);

    // The project of direct VMs, for the catalog. Called (and successful) before anything else.
    result<void> open_hetzner();
    hetzner::projects& hetzner() { return *hetzner_; }

    // Lets `work` run to its end or to an interruption; the exit code is work's own, or what ended it.
    using work = std::function<boost::asio::awaitable<int>(session&)>;
    int run(work what);

    // Opens the log for writing, and the engine on it.
    result<void> open_engine(bool take_orders_only = false);
    slipway::engine& engine() { return installation_->engine(); }

    // Waits until all of these are at rest, with progress; their states then.
    boost::asio::awaitable<std::vector<vm_view>> settle(std::vector<stream_id> streams);

    invocation& in() { return in_; }
    system_clock& clock() { return clock_; }

private:
    boost::asio::awaitable<int> watched(work what);
    boost::asio::awaitable<void> interruption();
    boost::asio::awaitable<void> trouble();

    // The clock is named by coroutines that may live as long as the loop does.
    invocation& in_;
    system_clock clock_;
    boost::asio::io_context loop_{1};
    progress progress_;
    std::unique_ptr<hetzner::projects> hetzner_;
    std::unique_ptr<composition::installation> installation_;
};

}  // namespace slipway::cli
