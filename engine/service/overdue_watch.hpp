// Sees which VMs and contracts are not on their way within what is usual for their state (overdue.hpp), raises an alert
// over each, once, and takes it back when it goes on or ends. The alerts stand in the store (overdue_alert.hpp).
//
// It hears from the engine what goes on, as one of its observers, and asks the log only about what has taken too long;
// what it has not heard (of an earlier process, of another one) it looks for at the start and from time to time. Time is
// counted by the steady clock from the moment when a stream was first met: a wall clock that jumps raises nothing, and
// neither does a daemon that was away or stood still, until it has had time to go on with its work.
//
// Where several processes share a store, each raises alerts over what it hears of, the first one wins, and one tells.
// Owned by the composition root; what it is made of outlives it. Called on the loop's thread.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/service/overdue_alert.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::service {

// What a provider's people are told at once: of those that are overdue, or of those that are not any more.
struct overdue_news {
    struct one {
        overdue_alert alert;
        std::string now;  // its state; of one that is overdue: the alert's
    };
    std::string id;  // the same news has the same
    std::string provider;
    bool over = false;
    std::vector<one> about;  // contracts
};

class overdue_watch final : public engine_observer {
public:
    struct parts {
        event_log& log;
        documents& kept;
        engine_clock& clock;
        // The alert that a stream as it stands would be given (overdue.hpp's alert_over()).
        std::function<boost::asio::awaitable<result<std::optional<overdue_alert>>>(stream_id)> judge;
        // Puts the news where they cannot be lost; told twice under one id is told once.
        std::function<boost::asio::awaitable<result<void>>(overdue_news)> tell;
    };
    // `patience`: as usual_time() has it.
    overdue_watch(parts with, std::chrono::milliseconds patience);

    void appended(const vm_state& state, const std::vector<event_record>& records) override;

    // Both until they are cancelled; one coroutine each. To raise is every process's business, to tell one's.
    boost::asio::awaitable<void> keep_raising();
    boost::asio::awaitable<void> keep_telling();

    // What those do each time.
    boost::asio::awaitable<result<void>> raise();
    boost::asio::awaitable<result<void>> tell();

    std::size_t followed() const { return followed_.size(); }

private:
    // One that is in a state in which it should not stay.
    struct follow {
        std::string state;
        std::chrono::milliseconds usual{0};
        std::chrono::milliseconds met{0};                 // by the steady clock
        timestamp met_at;                                 // by the wall clock
        std::optional<std::chrono::milliseconds> before;  // it was in its state already when it was met; none: not known
        bool raised = false;
    };
    std::chrono::milliseconds due(const follow& one) const;
    std::chrono::milliseconds settling() const;
    boost::asio::awaitable<result<void>> look_for_unheard();
    boost::asio::awaitable<result<void>> raise_over(stream_id stream);
    boost::asio::awaitable<result<void>> pass_on(std::vector<overdue_news::one> about, bool over);
    boost::asio::awaitable<void> pause();
    void complain(const error& why);

    parts with_;
    std::chrono::milliseconds patience_;
    std::map<stream_id, follow> followed_;
    std::optional<std::chrono::milliseconds> looked_;  // for what was not heard
    std::optional<std::chrono::milliseconds> last_;    // raise()
    std::chrono::milliseconds quiet_until_{0};
    wakeup news_;
    bool more_ = false;  // to tell
    bool troubled_ = false;
};

}  // namespace slipway::service
