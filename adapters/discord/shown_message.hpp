// The message that a batch is shown in, wherever that has to be: with the token of the interaction as long as that is good,
// then in the DM or the channel; and who has deleted it is told in another one.
//
// Nothing is lost where Discord does not answer: the caller comes again. One coroutine at a time per message; on the loop's
// thread.
#pragma once

#include "adapters/discord/batch.hpp"
#include "adapters/discord/rest.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/sealing.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace slipway::discord {

enum class shown {
    yes,
    later,     // Discord cannot be reached, or asks to wait
    nowhere,   // there is no place any more where this person can be told anything
};

class shown_message {
public:
    shown_message(rest& api, const sealing& seals, engine_clock& clock) : api_(api), seals_(seals), clock_(clock) {}

    // `for_others`: what takes the place of `body` where others can read it. Changes `at` where the message has moved; then
    // it has to be kept. `mark`: of the batch, so that a message whose answer is lost is not made twice.
    boost::asio::awaitable<shown> show(shown_at& at, std::string user, std::string mark, nlohmann::json body,
                                       nlohmann::json for_others);

private:
    boost::asio::awaitable<shown> with_token(shown_at& at, nlohmann::json body);
    boost::asio::awaitable<shown> elsewhere(shown_at& at, std::string user, std::string mark, nlohmann::json body,
                                            nlohmann::json for_others);
    boost::asio::awaitable<shown> send(shown_at& at, std::string channel, std::string mark, nlohmann::json body);

    rest& api_;
    const sealing& seals_;
    engine_clock& clock_;
};

}  // namespace slipway::discord
