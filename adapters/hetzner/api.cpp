#include "adapters/hetzner/api.hpp"

#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/redact.hpp"

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
        std::exchange(budget_, nullptr)->answered(answer.headers, answer.status);
    }

private:
    governor* budget_;
};

}  // namespace

api::api(std::shared_ptr<net::http_client> http, std::string base, net::secret token, engine_clock& clock)
    : http_(std::move(http)), base_(std::move(base)), token_(std::move(token)), clock_(clock), budget_(clock) {}

std::string api::clean(std::string_view message) const {
    return redact(message, token_.reveal());
}

asio::awaitable<cloud_result<net::http_response>> api::call(urgency kind, std::string method, std::string path,
                                                            std::string body) {
    co_await budget_.admit(kind);
    flight sent(budget_);

    net::http_request request;
    request.method = method;
    request.target = base_ + path;
    request.headers.push_back(net::http_header{"Authorization", "Bearer " + std::string(token_.reveal())});
    request.headers.push_back(net::http_header{"User-Agent", "slipway/" SLIPWAY_VERSION});
    request.headers.push_back(net::http_header{"Accept", "application/json"});
    if (!body.empty()) {
        request.headers.push_back(net::http_header{"Content-Type", "application/json"});
        request.body = std::move(body);
    }

    const auto began = clock_.steady();
    auto outcome = co_await http_->send(std::move(request));
    const auto took = (clock_.steady() - began).count();
    if (outcome.has_error()) {
        cloud_error failed = read_error(outcome.error(), token_.reveal());
        spdlog::debug("hetzner: {} {} failed after {} ms: {}", method, path, took, failed.message);
        co_return failed;
    }
    sent.landed(*outcome);
    const auto correlation = net::find_header(outcome->headers, "X-Correlation-Id").value_or("-");
    spdlog::debug("hetzner: {} {} {} {} ms correlation {}", method, path, outcome->status, took, clean(correlation));
    if (outcome->status < 200 || outcome->status > 299) co_return read_error(*outcome, token_.reveal());
    co_return std::move(*outcome);
}

}  // namespace slipway::hetzner
