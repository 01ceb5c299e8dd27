// Requests that showed a wrong token, for the log: a sentence a minute at most, however many there are. Never a token.
// One loop, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace slipway::api {

class wrong_tokens {
public:
    // One more, from this host. The sentence, where one is due.
    std::optional<std::string> seen(const std::string& peer,
                                    std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());

private:
    std::uint64_t unsaid_ = 0;
    std::optional<std::chrono::steady_clock::time_point> said_;
};

}  // namespace slipway::api
