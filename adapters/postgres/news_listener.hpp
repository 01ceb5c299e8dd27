// News of a shared log by LISTEN and NOTIFY (engine/ports/news.hpp): one connection that only listens, on a thread of its
// own, and is made anew when it is lost. What this process has done itself is no news. Behind a pooler that gives its
// connections out by the transaction nothing is ever heard; then the net holds: who waits looks every few seconds.
//
// Owned by the composition root; the io_context of who waits must outlive it.
#pragma once

#include "adapters/postgres/furthest_event.hpp"
#include "adapters/postgres/server_address.hpp"
#include "engine/async/one_shot.hpp"
#include "engine/ports/news.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace slipway::postgres {

// "w NAME STREAM…": the process NAME has appended, in answer to somebody to these streams, which others work on; "r NAME": it
// has released leases.
extern const char* const news_channel;

class news_listener final : public news_source {
public:
    // `self` is the name under which this process's own doings are told. A server that has not got the `known` event is
    // trouble.
    news_listener(server_address where, std::string self, std::shared_ptr<const furthest_event> known);
    ~news_listener() override;

    boost::asio::awaitable<log_news> next() override;

private:
    void run();
    std::string listen();  // why it does not
    void heard(const std::string& payload);
    void deliver();
    bool closed();

    const server_address where_;
    const std::string self_;
    const std::shared_ptr<const furthest_event> known_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool closed_ = false;
    int socket_ = -1;  // while it listens
    log_news pending_;
    bool any_ = false;
    std::optional<one_shot<log_news>::sender> waiting_;
    std::thread thread_;  // last: it runs as soon as it exists
};

}  // namespace slipway::postgres
