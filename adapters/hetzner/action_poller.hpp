// The one poll for everybody of a project: who waits for actions leaves their ids here, and one GET /actions asks for
// up to 25 of them. An id is asked for one second after it came, then after 2, 3 and every 5 seconds, and the others with
// it, so that many cost no more than one. Where more than 25 are waited for the pauses are twice as long, and requests with
// 25 ids that are due follow each other ten times a second while the project's request budget is nearly full, and once a
// second otherwise. Every five seconds where it runs low. Without a waiter there is no poll.
//
// A poll that fails is not an action that fails: it goes on, with longer pauses. Only a refused token ends all waits.
//
// One loop, one thread. The poll keeps what it needs alive by itself while somebody waits.
#pragma once

#include "adapters/hetzner/api.hpp"
#include "engine/ports/cloud.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace slipway::hetzner {

class action_poller {
public:
    explicit action_poller(std::shared_ptr<api> project);
    ~action_poller();
    action_poller(const action_poller&) = delete;
    action_poller& operator=(const action_poller&) = delete;

    // Until all of them have succeeded or one has failed (action_failed). bad_answer where Hetzner stops to know one of
    // them. A waiter whose coroutine is cancelled just leaves.
    boost::asio::awaitable<cloud_result<void>> wait(std::vector<std::int64_t> actions);

private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

}  // namespace slipway::hetzner
