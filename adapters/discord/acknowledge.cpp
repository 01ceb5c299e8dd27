// The first answer to an interaction, and the connections that are kept open for it (rest.hpp).
#include "adapters/discord/rest.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds pause_between_attempts{100};
constexpr milliseconds connections_stay_warm{20'000};

rest_error too_late(std::string message) {
    rest_error out;
    out.failure = rest_failure::not_sent;
    out.message = std::move(message);
    return out;
}

}  // namespace

awaitable<net::http_result> rest::acknowledge_once(rest_request what, std::shared_ptr<net::http_client> over,
                                                   milliseconds limit) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto request = to_http(what);
    auto sending = over->send(std::move(request));
    auto time = clock_.sleep(limit);
    auto first = co_await (std::move(sending) || std::move(time));
    if (auto* answer = std::get_if<0>(&first)) co_return std::move(*answer);
    net::http_error silent;
    silent.failure = net::http_failure::lost;
    silent.timed_out = true;
    silent.message = "it took longer than " + std::to_string(limit.count()) + " ms.";
    co_return silent;
}

awaitable<rest_result<void>> rest::acknowledge(std::string interaction_id, std::string token, json response,
                                               milliseconds received) {
    const rest_request what = callback_request(interaction_id, token, response);
    const auto ends = received + settings_.acknowledge_in;
    rest_error failed = too_late(what.what() + " was not sent: the interaction has waited too long.");
    bool may_have_arrived = false;
    for (int attempt = 1;; ++attempt) {
        const auto now = clock_.steady();
        const auto left = ends - now;
        if (left.count() <= 0) co_return failed;
        if (const auto why = limits_.locked_out(now); why.why != rate_limits::reason::none)
            co_return locked(what.what(), why);

        // A warm connection may be dead without our knowing. The second attempt trusts none.
        const bool warm = attempt == 1;
        const auto over = warm ? connections_.warm : connections_.fresh;
        const auto limit = warm ? std::min(left, settings_.warm_attempt) : left;
        const net::http_result answer = co_await acknowledge_once(what, over, limit);
        const auto after = clock_.steady();
        milliseconds wait = pause_between_attempts;
        if (answer.has_error()) {
            failed = read_failure(answer.error(), what.what());
            if (failed.failure != rest_failure::not_sent) may_have_arrived = true;
        } else {
            if (answer->status >= 200 && answer->status <= 299) {
                limits_.answered_outside(*answer, false, after);
                co_return rest_result<void>();
            }
            failed = refusal(what, *answer);
            // It was our own first attempt, whose answer we have not seen.
            if (failed.failure == rest_failure::already_acknowledged && may_have_arrived) co_return rest_result<void>();
            limits_.answered_outside(*answer, failed.failure != rest_failure::expired, after);
            if (failed.failure == rest_failure::rate_limited) {
                wait = failed.wait;
            } else if (failed.failure == rest_failure::server_error) {
                may_have_arrived = true;
            } else {
                co_return failed;
            }
        }
        spdlog::debug("discord: {} after {} ms, attempt {}: {}", what.what(), (after - received).count(), attempt,
                      failed.message);
        if (after + wait >= ends) co_return failed;
        co_await clock_.sleep(wait);
    }
}

awaitable<void> rest::warm_one() {
    const rest_request what = gateway_request();
    auto request = to_http(what);
    const auto answer = co_await connections_.warm->send(std::move(request));
    if (answer.has_error()) {
        spdlog::debug("discord: no warm connection: {}", answer.error().message);
        co_return;
    }
    limits_.answered_outside(*answer, true, clock_.steady());
}

awaitable<void> rest::keep_warm() {
    using namespace boost::asio::experimental::awaitable_operators;
    for (;;) {
        const auto why = limits_.locked_out(clock_.steady());
        if (why.why == rate_limits::reason::none) {
            // Two at a time take two connections: commands come in pairs where two people are at work.
            auto one = warm_one();
            auto other = warm_one();
            co_await (std::move(one) && std::move(other));
        }
        co_await clock_.sleep(connections_stay_warm);
    }
}

}  // namespace slipway::discord
