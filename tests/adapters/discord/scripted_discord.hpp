// A REST client over HTTP clients that a test answers for, in virtual time.
#pragma once

#include "adapters/discord/rest.hpp"
#include "tests/adapters/discord/set_chance.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"

#include <memory>
#include <string>
#include <utility>

namespace slipway::test {

// The parts have the look of a token's, and their sum its length.
inline const std::string bot_token = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";
inline const std::string interaction_token = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTphYmNkZWZnaGlqa2xtbm9w";

inline net::http_headers rate(int limit, int remaining, const std::string& reset_after,
                              const std::string& bucket = "abcd1234") {
    return {{"X-RateLimit-Limit", std::to_string(limit)},
            {"X-RateLimit-Remaining", std::to_string(remaining)},
            {"X-RateLimit-Reset-After", reset_after},
            {"X-RateLimit-Bucket", bucket}};
}

inline net::http_response refused(int status, int code, const std::string& message = "No") {
    return answer(status, R"({"message":")" + message + R"(","code":)" + std::to_string(code) + "}");
}

inline net::http_response too_many(const std::string& retry_after, bool global = false,
                                   const std::string& scope = "user") {
    return answer(429,
                  R"({"message":"You are being rate limited.","retry_after":)" + retry_after + R"(,"global":)" +
                      (global ? "true" : "false") + "}",
                  {{"Via", "1.1 google"}, {"X-RateLimit-Scope", scope}});
}

struct scripted_discord {
    explicit scripted_discord(scripted_http::script script)
        : usual(std::make_shared<scripted_http>(clock, script)),
          warm(std::make_shared<scripted_http>(clock, script)),
          fresh(std::make_shared<scripted_http>(clock, script)),
          rest(settings(), connections(), clock, chance) {}

    static discord::rest_settings settings() {
        discord::rest_settings out;
        out.base = *net::parse_url("https://discord.example/api/v10");
        out.bot_token = secret(std::string(bot_token));
        return out;
    }
    discord::rest_connections connections() {
        discord::rest_connections out;
        out.usual = usual;
        out.warm = warm;
        out.fresh = fresh;
        return out;
    }

    // Runs the clock until it has ended.
    template <class T>
    T ended(boost::asio::awaitable<T> work, std::chrono::milliseconds most = std::chrono::minutes{5}) {
        auto run = start(clock, std::move(work));
        clock.advance_until([&] { return run->ended; }, most);
        if (!run->value) throw std::runtime_error("it has not ended in time");
        took = *run->at;
        return std::move(*run->value);
    }

    fake_clock clock;
    set_chance chance;
    std::shared_ptr<scripted_http> usual, warm, fresh;
    discord::rest rest;
    std::chrono::milliseconds took{0};  // when the last one ended
};

}  // namespace slipway::test
