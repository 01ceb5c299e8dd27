#include "adapters/cli/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway::cli {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

session::session(invocation& in) : in_(in), progress_(in.out) {}

result<void> session::open_hetzner() {
    auto opened = composition::open_hetzner(in_.settings, clock_);
    if (!opened) return opened.error();
    hetzner_ = *std::move(opened);
    return {};
}

result<void> session::open_engine(bool take_orders_only) {
    engine_options options;
    options.late_grace = seconds{in_.settings.late_grace_s};
    options.take_orders_only = take_orders_only;
    options.hold_contracts = true;  // their providers' tokens are not at hand here
    auto opened = composition::installation::open(loop_, in_.settings, *hetzner_, clock_, progress_, options);
    if (!opened) return opened.error();
    installation_ = *std::move(opened);
    return {};
}

int session::run(work what) {
    int code = exit_failed;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop_, watched(std::move(what)), [&](std::exception_ptr thrown, int result) {
        problem = thrown;
        code = result;
        loop_.stop();
    });
    loop_.run();
    installation_.reset();
    hetzner_.reset();
    if (problem) std::rethrow_exception(problem);
    return code;
}

awaitable<int> session::watched(work what) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto doing = what(*this);
    auto stopped = interruption();
    auto broken = trouble();
    auto first = co_await (std::move(doing) || std::move(stopped) || std::move(broken));
    if (installation_) {
        auto stopping = engine().stop();
        auto patience = clock_.sleep(seconds{5});
        co_await (std::move(stopping) || std::move(patience));
    }
    if (first.index() == 0) co_return std::get<0>(first);
    if (first.index() == 1) {
        in_.out.complain(installation_ ? "interrupted; nothing is lost. Go on with: slipway server resume"
                                       : "interrupted before anything was ordered");
        co_return exit_interrupted;
    }
    in_.out.complain(progress_.trouble() + ". Nothing is lost: when that is mended, go on with: slipway server resume");
    co_return exit_unreachable;
}

awaitable<void> session::interruption() {
    boost::asio::signal_set signals(loop_, SIGINT, SIGTERM);
    co_await signals.async_wait(use_awaitable);
}

// Returns when the log could not be written; redraws the moving line until then.
awaitable<void> session::trouble() {
    while (progress_.trouble().empty()) {
        co_await clock_.sleep(milliseconds{100});
        progress_.tick(clock_.now());
    }
}

awaitable<std::vector<vm_view>> session::settle(std::vector<stream_id> streams) {
    std::vector<vm_view> views;
    for (const stream_id& stream : streams) {
        vm_view view;
        view.stream = stream;
        view.state = co_await engine().until_at_rest(stream);
        auto records = co_await installation_->log().read_stream(stream, 0);
        if (records && !records->empty()) {
            view.created_at = records->front().at;
            view.changed_at = records->back().at;
        }
        views.push_back(std::move(view));
    }
    co_return views;
}

}  // namespace slipway::cli
