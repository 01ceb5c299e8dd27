// One run of a marketplace verb, or of any verb through a daemon: the way to the API is opened, asked, waited for, and
// closed. Ctrl-C and SIGTERM end it early, and so does a log that cannot be written here; nothing is lost by either.
#pragma once

#include "adapters/cli/api_access.hpp"
#include "adapters/cli/api_answer.hpp"
#include "adapters/cli/embedded_api.hpp"
#include "adapters/cli/progress.hpp"
#include "adapters/cli/verbs.hpp"
#include "engine/runtime/system.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::cli {

class market_session {
public:
    explicit market_session(invocation& in) : in_(in), progress_(in.out) {}

    // In this process: commands are only written down. For --no-wait.
    void take_orders_only() { orders_only_ = true; }
    // In this process: a database that is not there yet is not made for this.
    void only_looks() { only_looks_ = true; }

    using work = std::function<boost::asio::awaitable<int>(market_session&)>;
    // Opens the way there and lets `what` run to its end or to an interruption; the exit code.
    int run(work what);

    // One request. Where the answer is not good its complaint has been said already.
    boost::asio::awaitable<api_answer> ask(std::string method, std::string target, std::string body = {});

    boost::asio::awaitable<bool> mark(std::string stream);
    // Empty where it could not be found out, which has been said then; `code` is the exit code for it.
    struct resting {
        int code = 0;
        std::vector<vm_view> views;
    };
    boost::asio::awaitable<resting> rest(std::vector<std::string> streams, bool wait);

    // From here on an interruption says where to look.
    void ordered(std::string look_with) { look_with_ = std::move(look_with); }

    bool remote() const { return in_.api.has_value(); }
    embedded_api* embedded() { return embedded_; }
    invocation& in() { return in_; }
    system_clock& clock() { return clock_; }

private:
    result<std::unique_ptr<api_access>> open();
    boost::asio::awaitable<int> watched(work what);
    boost::asio::awaitable<int> started(work what);
    boost::asio::awaitable<void> interruption();
    boost::asio::awaitable<void> trouble();

    invocation& in_;
    system_clock clock_;
    system_random random_;
    boost::asio::io_context loop_{1};
    progress progress_;
    std::unique_ptr<api_access> access_;
    embedded_api* embedded_ = nullptr;
    bool orders_only_ = false;
    bool only_looks_ = false;
    std::string look_with_;
};

}  // namespace slipway::cli
