// One run of a verb that speaks to the API: the way there is opened, a daemon's or this process's own; it is asked,
// waited for, and closed. Ctrl-C and SIGTERM end it early, and so does a log that cannot be written here; nothing is lost
// by either.
//
// A verb that shows something until it is told to stop takes the signals itself: interrupt::ends_it.
//
// A verb makes it, and may make another when it is over: a person is asked in between, and not while it runs.
#pragma once

#include "adapters/cli/api_access.hpp"
#include "adapters/cli/api_answer.hpp"
#include "adapters/cli/embedded_api.hpp"
#include "adapters/cli/invocation.hpp"
#include "adapters/cli/progress.hpp"
#include "engine/runtime/system.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli {

// "/v1/vms/web1"
std::string api_path(std::string_view collection, std::string_view id);

// What Ctrl-C and SIGTERM are to the verb.
enum class interrupt {
    cuts_it_short,
    ends_it,  // its work awaits interrupted() and ends well
};

class api_session {
public:
    api_session(invocation& in, database_use use, interrupt how = interrupt::cuts_it_short)
        : in_(in), use_(use), how_(how), progress_(in.out) {}

    using work = std::function<boost::asio::awaitable<int>(api_session&)>;
    // Opens the way there and lets `what` run to its end or to an interruption; the exit code.
    int run(work what);

    // One request. Where the answer is not good its complaint has been said already.
    boost::asio::awaitable<api_answer> ask(std::string method, std::string target, std::string body = {});
    // All pages of a list, "/v1/vms" with its "vms": the answer's document is the whole array.
    boost::asio::awaitable<api_answer> ask_all(std::string target, std::string member);

    // Any request, and its answer as it is.
    boost::asio::awaitable<result<net::http_response>> forward(net::http_request request);

    boost::asio::awaitable<void> interrupted();

    // As in api_access. Where that did not go well it has been said, and `code` is the exit code for it.
    struct streams_read {
        int code = 0;
        std::vector<vm_view> views;
    };
    boost::asio::awaitable<bool> skip_history(std::string stream);
    boost::asio::awaitable<streams_read> read(std::vector<std::string> streams);
    boost::asio::awaitable<streams_read> wait_for(std::vector<std::string> streams);

    // From here on something may have been ordered. Whoever interrupts is told where a daemon's work can be seen, and
    // what goes on with that of this process.
    void ordered(std::string see_with, std::string go_on_with = "slipway server resume");

    bool remote() const { return in_.api.has_value(); }
    embedded_api* embedded() { return embedded_; }  // null where remote()
    invocation& in() { return in_; }
    system_clock& clock() { return clock_; }
    boost::asio::any_io_executor executor() { return loop_.get_executor(); }

private:
    result<std::unique_ptr<api_access>> open();
    boost::asio::awaitable<int> watched(work what);
    boost::asio::awaitable<int> started(work what);
    boost::asio::awaitable<void> never();
    boost::asio::awaitable<void> trouble();
    streams_read taken(result<std::vector<vm_view>> views);

    invocation& in_;
    database_use use_;
    interrupt how_;
    // The clock is named by coroutines that may live as long as the loop does.
    system_clock clock_;
    system_random random_;
    boost::asio::io_context loop_{1};
    progress progress_;
    std::unique_ptr<api_access> access_;
    embedded_api* embedded_ = nullptr;
    std::string see_with_;  // empty: nothing was ordered yet
    std::string go_on_with_ = "slipway server resume";
};

}  // namespace slipway::cli
