#include "adapters/cli/remote_api.hpp"

#include "adapters/cli/api_answer.hpp"
#include "engine/base/exit_code.hpp"
#include "adapters/net/tls.hpp"
#include "engine/model/ids.hpp"

#include <optional>

namespace slipway::cli {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

// An audit asks Hetzner many times.
constexpr milliseconds longest_answer{300'000};
constexpr std::size_t largest_answer = 256u << 20;
constexpr milliseconds between_questions{250};
constexpr milliseconds patience{60'000};  // with a daemon that does not answer
constexpr int tries = 3;

error no_answer(const net::http_error& why) {
    return make_error(error_kind::unreachable, "the daemon cannot be reached: " + why.message);
}

}  // namespace

result<std::unique_ptr<remote_api>> remote_api::open(const api_target& where, const std::string& ca_file,
                                                     secret token, engine_clock& clock, engine_observer& progress,
                                                     terminal& out) {
    net::http_limits limits;
    limits.deadline = longest_answer;
    limits.body = largest_answer;
    std::unique_ptr<remote_api> made(new remote_api(clock, progress, out));
    made->token_ = std::move(token);
    if (!where.path.empty()) {
        made->http_ = net::make_unix_http_client(where.path, limits);
        return made;
    }
    net::tls_context tls;
    if (where.origin.tls()) {
        auto trusted = net::client_tls(ca_file);
        if (!trusted) return trusted.error();
        tls = *std::move(trusted);
    }
    made->base_ = where.origin.path;
    made->http_ = net::make_http_client(where.origin, std::move(tls), limits);
    return made;
}

awaitable<result<void>> remote_api::start() {
    co_return result<void>{};
}

awaitable<result<net::http_response>> remote_api::ask(net::http_request request) {
    request.target = base_ + request.target;
    // The same key gives the same answer: such a request may be sent again where its answer was lost.
    const bool again = net::find_header(request.headers, "idempotency-key").has_value();
    for (int left = again ? tries : 1;; --left) {
        net::http_request sent = request;
        if (!token_.empty())
            sent.headers.push_back(net::http_header{"Authorization", "Bearer " + std::string(token_.reveal())});
        auto answer = co_await http_->send(std::move(sent));
        const bool lost = answer.has_error() && answer.error().failure == net::http_failure::lost;
        if (lost && left > 1 && !answer.error().timed_out) continue;
        wipe(request.body);
        if (!answer) co_return no_answer(answer.error());
        co_return std::move(*answer);
    }
}

awaitable<result<std::size_t>> remote_api::read_on(std::string stream, engine_observer* tell) {
    // It comes out of an answer, and becomes part of addresses and files' names.
    if (!is_uuid(stream)) co_return make_error(error_kind::failed, "the daemon's answer names a stream that is none");
    auto& follower = followed_.try_emplace(stream, stream).first->second;
    net::http_request request;
    request.target = "/v1/events?stream=" + stream + "&after=" + std::to_string(follower.seen());
    auto answer = co_await ask(std::move(request));
    if (!answer) co_return answer.error();
    if (answer->status != 200) {
        const auto said = read_answer(*answer);
        const bool away = said.code == exit_unreachable;
        co_return make_error(away ? error_kind::unreachable : error_kind::failed, said.complaint);
    }
    co_return follower.take(answer->body, tell);
}

awaitable<result<void>> remote_api::skip_history(std::string stream) {
    for (;;) {
        const auto taken = co_await read_on(stream, nullptr);
        if (!taken) co_return taken.error();
        if (*taken == 0) co_return result<void>{};
    }
}

std::vector<vm_view> remote_api::views_of(const std::vector<std::string>& streams) const {
    std::vector<vm_view> views;
    for (const std::string& stream : streams) views.push_back(followed_.at(stream).view());
    return views;
}

awaitable<result<std::vector<vm_view>>> remote_api::read(std::vector<std::string> streams) {
    for (const std::string& stream : streams) {
        const auto known = co_await skip_history(stream);
        if (!known) co_return known.error();
    }
    co_return views_of(streams);
}

awaitable<result<std::vector<vm_view>>> remote_api::wait_for(std::vector<std::string> streams) {
    std::vector<std::string> open = streams;
    std::optional<milliseconds> gone_since;
    for (;;) {
        bool news = false;
        std::vector<std::string> still_open;
        for (const std::string& stream : open) {
            const auto taken = co_await read_on(stream, &progress_);
            if (!taken && taken.error().kind != error_kind::unreachable) co_return taken.error();
            if (!taken) {
                if (!gone_since) out_.note("the daemon does not answer; waiting for it");
                if (!gone_since) gone_since = clock_.steady();
                if (clock_.steady() - *gone_since > patience) co_return taken.error();
                still_open.push_back(stream);
                continue;
            }
            gone_since.reset();
            news = news || *taken > 0;
            if (*taken > 0 || !followed_.at(stream).at_rest()) still_open.push_back(stream);
        }
        open = std::move(still_open);
        if (open.empty()) break;
        if (!news) co_await clock_.sleep(between_questions);
    }
    co_return views_of(streams);
}

awaitable<void> remote_api::stop() {
    co_return;
}

}  // namespace slipway::cli
