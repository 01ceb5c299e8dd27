// A thread that appends, with a connection of its own, and what waits for it. It takes everything that has queued while its
// last statement ran, and stores it with one. Those that it has just answered often have the next append at hand: it gives
// them a moment, a quarter of what the statement took at most, so that the next one is not of the first of them alone. Who is
// alone waits for nobody.
//
// Owned by the event store. push() and stop() from any thread; the destructor finishes what is queued and joins the thread.
#pragma once

#include "adapters/postgres/append_batch.hpp"
#include "adapters/postgres/growth_news.hpp"
#include "engine/async/one_shot.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace slipway::postgres {

struct pending_append {
    append_request request;
    one_shot<append_result>::sender answer;
};

class append_lane {
public:
    append_lane(const server_address& where, watch& watched, growth_news& news, const std::string& process,
                const std::shared_ptr<furthest_event>& known);
    ~append_lane();
    append_lane(const append_lane&) = delete;
    append_lane& operator=(const append_lane&) = delete;

    void push(pending_append next);
    histogram commit_times() const;
    void stop() { to_.stop(); }  // what is being looked for is not looked for any longer

private:
    void run();
    bool store(std::vector<pending_append> now);  // whether anything was

    growth_news& news_;
    appender to_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<pending_append> waiting_;
    std::size_t enough_ = 1;  // so many are worth a statement
    std::chrono::steady_clock::duration last_took_{};
    histogram commit_times_{instants};
    bool closed_ = false;
    std::thread thread_;  // last: it runs as soon as it exists
};

}  // namespace slipway::postgres
