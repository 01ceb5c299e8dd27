// One request to Hetzner with one project's token: admitted by the governor, sent once, logged (never the token, never
// a body), and its answer sorted into success or a cloud_error. Nothing in here retries.
//
// One per project; owned by its client, whose coroutines must have ended before it goes. One loop, one thread.
#pragma once

#include "engine/runtime/governor.hpp"
#include "adapters/hetzner/token_source.hpp"
#include "adapters/net/http_client.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/cloud.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::hetzner {

class api {
public:
    // `base` is the path of the endpoint, "/v1". `news`, `waiting` and `answered` may be empty.
    api(std::shared_ptr<net::http_client> http, std::string base, token_source token, engine_clock& clock,
        token_news news = {}, waiting_news waiting = {}, answer_news answered = {});

    // The answer's status is 2xx. `path` begins with a slash and is percent-encoded. `may_send` is asked when the
    // budget has admitted the request.
    boost::asio::awaitable<cloud_result<net::http_response>> call(urgency kind, std::string method, std::string path,
                                                                  std::string body = {}, send_permit may_send = {});

    // As engine/ports/cloud.hpp has them.
    std::string token_mark() const;
    std::optional<timestamp> time() const;

    // Hetzner's texts, without the token.
    std::string clean(std::string_view message) const;

    // Tells whoever waits, once where several requests fail alike.
    void say_waiting(const cloud_error& failed, std::chrono::milliseconds pause);

    engine_clock& clock() { return clock_; }
    const governor& budget() const { return budget_; }

private:
    void tell(bool works, const std::string& why_not);
    void tell_status(int status);

    std::shared_ptr<net::http_client> http_;
    std::string base_;
    token_source token_;
    token_news news_;
    std::optional<timestamp> dated_;        // the last answer, by Hetzner
    std::chrono::milliseconds dated_at_{};  // and by the steady clock
    waiting_news waiting_;
    answer_news answered_;
    std::chrono::milliseconds said_waiting_until_{0};
    std::optional<bool> works_;  // the token, as the last answer had it
    engine_clock& clock_;
    governor budget_;
};

}  // namespace slipway::hetzner
