// Where a project's token comes from: it is asked for before each request and wiped after it, so that a token which is
// kept sealed is in memory only while it is used. One loop, one thread.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/base/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace slipway::hetzner {

class token_source {
public:
    using opener = std::function<result<secret>()>;

    token_source(opener open) : open_(std::move(open)) {}

    // A token that stays in memory: the process's own, which is in its environment anyway.
    token_source(secret fixed)
        : open_([kept = std::make_shared<secret>(std::move(fixed))]() -> result<secret> {
              return secret(std::string(kept->reveal()));
          }) {}

    result<secret> open() const { return open_(); }

private:
    opener open_;
};

// What an answer said of the token: it works, or why not. Called when that changes, and on the first answer.
using token_news = std::function<void(bool works, const std::string& why_not)>;

// A sentence for whoever waits: Hetzner failed passingly, and is asked again.
using waiting_news = std::function<void(const std::string& sentence)>;

// The HTTP status of an answer of Hetzner's; 0: a request was sent and no answer came.
using answer_news = std::function<void(int status)>;

}  // namespace slipway::hetzner
