// Tells providers what went wrong with their contracts, by the channels that are set up (channels.hpp); with none there
// are only lines in the operator's log. It follows the event log, writes what is to be told into the outbox, and sends
// from there until somebody has taken it: at least once, whatever crashes. It never holds up the engine: it only reads
// what the engine has written.
//
//   auto made = notify::notifier::create(loop, std::move(settings), parts);
//   (*made)->start();            // from the last event that was read for messages on
//   (*made)->appended(records);  // from engine_observer::appended
//   co_await (*made)->stop();    // within moments; what was not sent yet is sent after the next start
//
// Where several processes share a store, one of them does that, and another takes over (engine/runtime/named_lease.hpp).
//
// Owned by the composition root, one per process with an engine; destroyed after stop(), or after its loop has run
// for the last time. Every function is called on the loop's thread.
#pragma once

#include "adapters/notify/channels.hpp"
#include "engine/base/error.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/leases.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"
#include "engine/service/overdue_watch.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::notify {

// What the notifier works with; all of it outlives the notifier.
struct parts {
    event_log& log;
    outbox& box;
    registry& providers;
    engine_clock& clock;
    // A line for the operator's log: a sentence without a secret. On the loop's thread.
    std::function<void(const std::string& line)> say;
    // What a server of this type costs in this location, "0.1464 EUR net"; empty where that cannot be learned.
    std::function<boost::asio::awaitable<std::string>(std::string provider, std::string server_type,
                                                      std::string location)>
        cost_per_day;
    // For channels whose addresses are secrets.
    address_source addresses;
    // Where several processes share the store: one of them makes and sends the messages. Null: it is this one.
    leases* shared = nullptr;
};

class notifier {
public:
    // error_kind::configuration where a setting is malformed; the message names the variable, never its value.
    static result<std::unique_ptr<notifier>> create(const boost::asio::any_io_executor& loop, settings from,
                                                    parts with);
    ~notifier();
    notifier(const notifier&) = delete;
    notifier& operator=(const notifier&) = delete;

    void start();
    // These are in the log now. Most are told to nobody, and then nothing is read.
    void appended(const std::vector<event_record>& records);
    void log_grew();  // by another process
    // Into the outbox; whoever holds it sends it. The same news twice is one message.
    boost::asio::awaitable<result<void>> tell(service::overdue_news news);
    boost::asio::awaitable<void> stop();

private:
    struct inside;
    explicit notifier(std::shared_ptr<inside> made);
    std::shared_ptr<inside> inside_;
};

}  // namespace slipway::notify
