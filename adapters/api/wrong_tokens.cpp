#include "adapters/api/wrong_tokens.hpp"

#include <utility>

namespace slipway::api {

namespace {

constexpr std::chrono::minutes between_sentences{1};

}  // namespace

std::optional<std::string> wrong_tokens::seen(const std::string& peer, std::chrono::steady_clock::time_point now) {
    ++unsaid_;
    if (said_ && now - *said_ < between_sentences) return std::nullopt;
    said_ = now;
    const std::uint64_t count = std::exchange(unsaid_, 0);
    std::string out = "the API was asked with a wrong token by " + peer;
    if (count > 1) out += "; with it " + std::to_string(count) + " times since this was last said";
    return out + ". If that is a program of yours, give it SLIPWAY_API_TOKEN anew";
}

}  // namespace slipway::api
