#include "adapters/cli/api_session.hpp"

#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/remote_api.hpp"
#include "adapters/net/url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace slipway::cli {

using boost::asio::awaitable;
using nlohmann::ordered_json;
using std::chrono::milliseconds;

std::string api_path(std::string_view collection, std::string_view id) {
    return "/v1/" + std::string(collection) + "/" + net::percent_encode(id);
}

result<std::unique_ptr<api_access>> api_session::open() {
    if (in_.api) {
        auto token = in_.environment.secret("SLIPWAY_API_TOKEN");
        if (!token) return token.error();
        secret shown = *token ? **std::move(token) : secret();
        auto remote = remote_api::open(*in_.api, in_.settings.ca_file, std::move(shown), clock_, progress_, in_.out);
        if (!remote) return remote.error();
        return std::unique_ptr<api_access>(*std::move(remote));
    }
    auto here = embedded_api::open(loop_, in_, use_, clock_, progress_);
    if (!here) return here.error();
    embedded_ = here->get();
    return std::unique_ptr<api_access>(*std::move(here));
}

int api_session::run(work what) {
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

awaitable<int> api_session::watched(work what) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto doing = started(std::move(what));
    auto stopped = how_ == interrupt::cuts_it_short ? interrupted() : never();
    auto broken = trouble();
    auto first = co_await (std::move(doing) || std::move(stopped) || std::move(broken));
    co_await access_->stop();
    if (first.index() == 0) co_return std::get<0>(first);
    if (first.index() == 1) {
        std::string text = "interrupted before anything was ordered";
        if (!see_with_.empty() && remote()) text = "interrupted; the daemon goes on with it; look with: " + see_with_;
        if (!see_with_.empty() && !remote()) text = "interrupted; nothing is lost. Go on with: " + go_on_with_;
        in_.out.complain(text);
        co_return exit_interrupted;
    }
    in_.out.complain(progress_.trouble() + ". Nothing is lost: when that is mended, go on with: " + go_on_with_);
    co_return exit_unreachable;
}

awaitable<int> api_session::started(work what) {
    auto begun = co_await access_->start();
    if (!begun) co_return complain(in_.out, begun.error());
    auto running = what(*this);
    co_return co_await std::move(running);
}

awaitable<void> api_session::interrupted() {
    boost::asio::signal_set signals(loop_, SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
}

awaitable<void> api_session::never() {
    for (;;) co_await clock_.sleep(std::chrono::hours{24});
}

// Returns when the log could not be written; redraws the moving line until then.
awaitable<void> api_session::trouble() {
    while (progress_.trouble().empty()) {
        co_await clock_.sleep(milliseconds{100});
        progress_.tick(clock_.now());
    }
}

void api_session::ordered(std::string see_with, std::string go_on_with) {
    see_with_ = std::move(see_with);
    go_on_with_ = std::move(go_on_with);
}

awaitable<api_answer> api_session::ask(std::string method, std::string target, std::string body) {
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

awaitable<result<net::http_response>> api_session::forward(net::http_request request) {
    return access_->ask(std::move(request));
}

awaitable<api_answer> api_session::ask_all(std::string target, std::string member) {
    const std::string first = target + (target.find('?') == std::string::npos ? "?limit=1000" : "&limit=1000");
    ordered_json all = ordered_json::array();
    std::string page = first;
    for (;;) {
        auto answer = co_await ask("GET", page);
        if (!answer.good()) co_return answer;
        for (const ordered_json& one : member_of(answer.document, member)) all.push_back(one);
        const std::string next = text_of(answer.document, "next");
        if (next.empty()) {
            answer.document = std::move(all);
            co_return answer;
        }
        page = first + "&after=" + net::percent_encode(next);
    }
}

awaitable<bool> api_session::skip_history(std::string stream) {
    const auto skipped = co_await access_->skip_history(std::move(stream));
    if (!skipped) in_.out.complain(skipped.error().message);
    co_return skipped.has_value();
}

api_session::streams_read api_session::taken(result<std::vector<vm_view>> views) {
    streams_read out;
    if (views)
        out.views = *std::move(views);
    else
        out.code = complain(in_.out, views.error());
    return out;
}

awaitable<api_session::streams_read> api_session::read(std::vector<std::string> streams) {
    auto views = co_await access_->read(std::move(streams));
    co_return taken(std::move(views));
}

awaitable<api_session::streams_read> api_session::wait_for(std::vector<std::string> streams) {
    auto views = co_await access_->wait_for(std::move(streams));
    co_return taken(std::move(views));
}

}  // namespace slipway::cli
