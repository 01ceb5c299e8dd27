#include "adapters/cli/market_session.hpp"

#include "adapters/cli/remote_api.hpp"
#include "adapters/composition/store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway::cli {

using boost::asio::awaitable;
using std::chrono::milliseconds;

result<std::unique_ptr<api_access>> market_session::open() {
    if (in_.api) {
        auto token = in_.environment.secret("SLIPWAY_API_TOKEN");
        if (!token) return token.error();
        secret shown = *token ? **std::move(token) : secret();
        auto remote = remote_api::open(*in_.api, in_.settings.ca_file, std::move(shown), clock_, progress_, in_.out);
        if (!remote) return remote.error();
        return std::unique_ptr<api_access>(*std::move(remote));
    }
    if (only_looks_ && !composition::store_exists(in_.settings.database))
        return make_error(error_kind::not_found, "there is no database " + in_.settings.database.name() +
                                                     " yet; name another with --db, or a daemon with --api");
    auto here = embedded_api::open(loop_, in_.settings, in_.environment, clock_, progress_, orders_only_);
    if (!here) return here.error();
    embedded_ = here->get();
    return std::unique_ptr<api_access>(*std::move(here));
}

int market_session::run(work what) {
    auto opened = open();
    if (!opened) return complain(in_.out, opened.error());
    access_ = *std::move(opened);
    int code = exit_failed;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop_, watched(std::move(what)), [&](std::exception_ptr thrown, int result) {
        problem = thrown;
        code = result;
        loop_.stop();
    });
    loop_.run();
    embedded_ = nullptr;
    access_.reset();
    if (problem) std::rethrow_exception(problem);
    return code;
}

awaitable<int> market_session::watched(work what) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto doing = started(std::move(what));
    auto stopped = interruption();
    auto broken = trouble();
    auto first = co_await (std::move(doing) || std::move(stopped) || std::move(broken));
    co_await access_->stop();
    if (first.index() == 0) co_return std::get<0>(first);
    const std::string go_on = remote() ? "the daemon goes on with it; look with: " + look_with_
                                       : "go on with: slipway server resume, or start slipwayd";
    if (first.index() == 1) {
        in_.out.complain(look_with_.empty() ? "interrupted before anything was ordered" : "interrupted; " + go_on);
        co_return exit_interrupted;
    }
    in_.out.complain(progress_.trouble() + ". Nothing is lost: when that is mended, " + go_on);
    co_return exit_unreachable;
}

awaitable<int> market_session::started(work what) {
    auto begun = co_await access_->start();
    if (!begun) co_return complain(in_.out, begun.error());
    auto running = what(*this);
    co_return co_await std::move(running);
}

awaitable<void> market_session::interruption() {
    boost::asio::signal_set signals(loop_, SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
}

awaitable<void> market_session::trouble() {
    while (progress_.trouble().empty()) {
        co_await clock_.sleep(milliseconds{100});
        progress_.tick(clock_.now());
    }
}

awaitable<api_answer> market_session::ask(std::string method, std::string target, std::string body) {
    net::http_request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!body.empty()) request.headers.push_back(net::http_header{"Content-Type", "application/json"});
    if (request.method == "POST")
        request.headers.push_back(net::http_header{"Idempotency-Key", uuid_v7(clock_.now(), random_.bytes())});
    request.body = std::move(body);
    auto response = co_await access_->ask(std::move(request));
    api_answer out;
    if (response) {
        out = read_answer(*response);
    } else {
        out.code = exit_code_of(response.error().kind);
        out.complaint = response.error().message;
    }
    if (!out.good()) in_.out.complain(out.complaint);
    co_return out;
}

awaitable<bool> market_session::mark(std::string stream) {
    const auto marked = co_await access_->mark(std::move(stream));
    if (!marked) in_.out.complain(marked.error().message);
    co_return marked.has_value();
}

awaitable<market_session::resting> market_session::rest(std::vector<std::string> streams, bool wait) {
    resting out;
    auto views = co_await access_->rest(std::move(streams), wait);
    if (views)
        out.views = *std::move(views);
    else
        out.code = complain(in_.out, views.error());
    co_return out;
}

}  // namespace slipway::cli
