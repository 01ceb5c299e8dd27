// Sends what the outbox holds for one channel: what is due, one after the other, with longer and longer pauses after
// what did not go out. Each channel has a sender of its own, so that a dead mail server does not keep a chat waiting.
//
// Owned by the notifier; one loop, one thread. A message is taken out of the outbox only when the other side has it,
// refuses it, or three days have passed; a crash before that sends it again.
#pragma once

#include "adapters/notify/channel.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/ports/clock.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace slipway::notify {

// The pause after the `failed`th failure: 30 s, 2 min, 10 min, 1 h, then 6 h each.
std::chrono::milliseconds pause_after(int failed);

// Messages are given up when they are older than this and have been tried a few times.
inline constexpr std::chrono::hours longest_wait{72};

class sender {
public:
    using say_function = std::function<void(const std::string& line)>;

    sender(engine_clock& clock, outbox& box, std::unique_ptr<channel> to, say_function say);

    // Until it is cancelled; may be begun again then.
    boost::asio::awaitable<void> run();
    // There may be something new in the outbox.
    void wake();

private:
    // What became of a message, where the outbox could not be told so far.
    struct verdict {
        outgoing message;
        std::string note;  // empty: it is to be tried again
    };

    boost::asio::awaitable<void> woken();
    boost::asio::awaitable<std::chrono::milliseconds> send_due();
    boost::asio::awaitable<result<std::vector<outgoing>>> own_messages();
    boost::asio::awaitable<bool> handle(outgoing message);
    boost::asio::awaitable<bool> store(verdict what);
    verdict judge(outgoing message, const delivery& told);
    bool is_due(const outgoing& message) const;
    void storage_trouble(const error& why);

    engine_clock& clock_;
    outbox& box_;
    std::unique_ptr<channel> channel_;
    say_function say_;
    wakeup news_;
    bool more_ = false;                         // it was woken since it began to send
    std::map<std::string, verdict> unstored_;   // by event id
    std::chrono::milliseconds quiet_until_{0};  // steady clock: the other side wants nothing before
    bool storage_troubled_ = false;
};

}  // namespace slipway::notify
