#include "adapters/hetzner/api.hpp"

#include "adapters/hetzner/errors.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/http_date.hpp"
#include "engine/base/redact.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace slipway::hetzner {

namespace asio = boost::asio;

namespace {

// What was sent counts as unanswered until it is told otherwise, also where the coroutine ends by cancellation.
class flight {
public:
    explicit flight(governor& budget) : budget_(&budget) {}
    ~flight() {
        if (budget_ != nullptr) budget_->unanswered();
    }
    flight(const flight&) = delete;
    flight& operator=(const flight&) = delete;

    void landed(const net::http_response& answer) {
        std::exchange(budget_, nullptr)->answered(budget_in(answer.headers, answer.status));
    }

private:
    governor* budget_;
};

}  // namespace

api::api(std::shared_ptr<net::http_client> http, std::string base, token_source token, engine_clock& clock,
         token_news news, waiting_news waiting, answer_news answered)
    : http_(std::move(http)),
      base_(std::move(base)),
      token_(std::move(token)),
      news_(std::move(news)),
      waiting_(std::move(waiting)),
      answered_(std::move(answered)),
      clock_(clock),
      budget_(clock) {}

// A token has 64 random characters: nobody finds it again from a digest.
std::string api::token_mark() const {
    const auto token = token_.open();
    return token ? hex(sha256("slipway token mark ", token->reveal())).substr(0, 16) : std::string();
}

std::optional<timestamp> api::time() const {
    if (!dated_) return {};
    return *dated_ + (clock_.steady() - dated_at_);
}

std::string api::clean(std::string_view message) const {
    const auto token = token_.open();
    return redact(message, token ? token->reveal() : std::string_view());
}

void api::tell(bool works, const std::string& why_not) {
    if (works_ == works) return;
    works_ = works;
    if (news_) news_(works, why_not);
}

void api::tell_status(int status) {
    if (answered_) answered_(status);
}

void api::say_waiting(const cloud_error& failed, std::chrono::milliseconds pause) {
    const auto now = clock_.steady();
    if (!waiting_ || now < said_waiting_until_) return;
    said_waiting_until_ = now + pause;
    const auto tenths = (pause.count() + 99) / 100;
    waiting_(failed.message + " Asking again in " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s.");
}

asio::awaitable<cloud_result<net::http_response>> api::call(urgency kind, std::string method, std::string path,
                                                            std::string body, send_permit may_send) {
    co_await budget_.admit(kind);
    if (may_send && !may_send()) {
        cloud_error kept;
        kept.failure = cloud_failure::not_sent;
        kept.message = "The request to Hetzner waited too long for its turn; nothing was sent.";
        co_return kept;
    }
    flight sent(budget_);
    const auto token = token_.open();
    if (!token) {
        cloud_error unreadable;
        unreadable.failure = cloud_failure::unauthorized;
        unreadable.message = token.error().message;
        tell(false, unreadable.message);
        co_return unreadable;
    }

    net::http_request request;
    request.method = method;
    request.target = base_ + path;
    request.headers.push_back(net::http_header{"Authorization", "Bearer " + std::string(token->reveal())});
    request.headers.push_back(net::http_header{"User-Agent", "slipway/" SLIPWAY_VERSION});
    request.headers.push_back(net::http_header{"Accept", "application/json"});
    if (!body.empty()) {
        request.headers.push_back(net::http_header{"Content-Type", "application/json"});
        request.body = std::move(body);
    }

    const auto began = clock_.steady();
    auto outcome = co_await http_->send(std::move(request));
    const auto took = (clock_.steady() - began).count();
    tell_status(outcome.has_error() ? 0 : static_cast<int>(outcome->status));
    if (outcome.has_error()) {
        cloud_error failed = read_error(outcome.error(), token->reveal());
        spdlog::debug("hetzner: {} {} failed after {} ms: {}", method, path, took, failed.message);
        co_return failed;
    }
    sent.landed(*outcome);
    if (const auto date = parse_http_date(net::find_header(outcome->headers, "Date").value_or(""))) {
        dated_ = *date;
        dated_at_ = clock_.steady();
    }
    const auto correlation =
        redact(net::find_header(outcome->headers, "X-Correlation-Id").value_or("-"), token->reveal());
    spdlog::debug("hetzner: {} {} {} {} ms correlation {}", method, path, outcome->status, took, correlation);
    if (outcome->status >= 200 && outcome->status <= 299) {
        tell(true, {});
        co_return std::move(*outcome);
    }
    cloud_error refused = read_error(*outcome, token->reveal());
    if (refused.failure == cloud_failure::unauthorized) tell(false, refused.message);
    co_return refused;
}

}  // namespace slipway::hetzner
