// Tells other processes that this one has made the log grow: at once, and while it goes on growing only every so often, by
// statements of their own. An append that told it itself would have to wait for those of all other processes, as PostgreSQL
// commits what tells something one after the other.
//
// Any thread. The destructor joins its thread; what was not told until then is found by whoever looks by himself.
#pragma once

#include "adapters/postgres/connection_threads.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace slipway::postgres {

class growth_news {
public:
    static constexpr std::chrono::milliseconds at_most_every{50};

    // `self`: as news_listener's.
    growth_news(connection_threads& through, std::string self);
    ~growth_news();
    growth_news(const growth_news&) = delete;
    growth_news& operator=(const growth_news&) = delete;

    void grown();

private:
    void run();

    connection_threads& through_;
    const std::string self_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool grown_ = false, closed_ = false;
    std::thread thread_;  // last: it runs as soon as it exists
};

}  // namespace slipway::postgres
