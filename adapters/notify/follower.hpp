// Reads the event log from where it stopped the last time, and puts what is to be told into the outbox, together with
// the place up to which it has read: a crash at any point neither loses a message nor makes a second one.
//
// Owned by the notifier; one loop, one thread. What it cannot read (a stream that is damaged) it says and passes over;
// where the store does not work it waits and tries again.
#pragma once

#include "adapters/notify/messages.hpp"
#include "adapters/notify/notifier.hpp"
#include "engine/async/wakeup.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::notify {

// What happened longer ago is not told any more: somebody who starts to use notifications has a history.
inline constexpr std::chrono::hours oldest_news{7 * 24};

class follower {
public:
    // `open`: the names of the channels that messages go out by. `added`: called when there are new messages in the
    // outbox.
    follower(const parts& with, std::set<std::string, std::less<>> open, std::function<void()> added);

    // Until it is cancelled; may be begun again then.
    boost::asio::awaitable<void> run();
    // There are new events.
    void wake();

private:
    boost::asio::awaitable<void> woken();
    boost::asio::awaitable<result<void>> follow();
    boost::asio::awaitable<result<void>> tell_about(event_record record, std::vector<outgoing>& messages);

    const parts& with_;
    std::set<std::string, std::less<>> open_;
    std::function<void()> added_;
    wakeup news_;
    bool more_ = false;                  // it was woken since it began to read
    std::optional<std::uint64_t> read_;  // up to here
    std::uint64_t noted_ = 0;            // the outbox knows of this
    bool troubled_ = false;
};

}  // namespace slipway::notify
