// One way to reach people: a mailbox, a chat. Takes a message of the outbox and says what became of it; keeping, trying
// again and giving up are the sender's (sender.hpp).
//
// Owned by the notifier. Called on the loop's thread and resumes there; one message at a time. Cancelling the coroutine
// breaks the delivery off: whether it arrived is then unknown. A note never holds a password or a token.
#pragma once

#include "engine/ports/outbox.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::notify {

enum class delivery_outcome {
    taken,    // the other side has it
    refused,  // it will never take this message: the recipient does not exist, or does not want it
    not_now,  // it may take it later
};

struct delivery {
    delivery_outcome outcome = delivery_outcome::not_now;
    std::string note;                               // one line for people: what the other side said, or what is wrong
    std::optional<std::chrono::milliseconds> wait;  // not_now: the other side wants nothing at all before that
};

class channel {
public:
    virtual ~channel() = default;

    virtual std::string_view name() const = 0;  // outgoing::channel: "email", "telegram"
    virtual boost::asio::awaitable<delivery> deliver(outgoing message) = 0;
};

}  // namespace slipway::notify
