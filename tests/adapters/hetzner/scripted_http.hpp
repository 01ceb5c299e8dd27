// An HTTP client without a network: a function answers, and what was asked for is kept, with the time.
#pragma once

#include "adapters/net/http_client.hpp"
#include "tests/adapters/hetzner/fake_clock.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::test {

struct asked {
    net::http_request request;
    std::chrono::milliseconds at;
    std::string line() const { return request.method + " " + request.target; }
};

class scripted_http final : public net::http_client {
public:
    using script = std::function<net::http_result(const net::http_request&)>;

    scripted_http(fake_clock& clock, script answer) : answer(std::move(answer)), clock_(clock) {}

    boost::asio::awaitable<net::http_result> send(net::http_request request) override {
        asked one{request, clock_.steady()};
        requests.push_back(one);
        if (latency.count() > 0) co_await clock_.sleep(latency);
        co_return answer(request);
    }

    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const auto& one : requests) out.push_back(one.line());
        return out;
    }

    script answer;
    std::chrono::milliseconds latency{0};
    std::vector<asked> requests;

private:
    fake_clock& clock_;
};

inline net::http_response answer(int status, std::string body, net::http_headers headers = {}) {
    net::http_response out;
    out.status = status;
    out.body = std::move(body);
    out.headers = std::move(headers);
    return out;
}

inline net::http_headers header(std::string name, std::string value) {
    return net::http_headers(1, net::http_header{std::move(name), std::move(value)});
}

// Of the form of a real one.
inline const std::string hetzner_token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789xy";

inline net::http_error no_answer(net::http_failure kind) {
    net::http_error out;
    out.failure = kind;
    out.message = "The network is down.";
    return out;
}

}  // namespace slipway::test
