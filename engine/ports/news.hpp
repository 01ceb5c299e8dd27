// What others have done to a log that several processes share, told as soon as it has happened. It is a help and no
// promise: news may come late, or not at all where a connection is lost. Whoever needs them looks by himself from time to
// time, too.
//
// Owned by the composition root, one per process, and outlives the engine; a store that has one writer has none. Called on
// the loop's thread and resumes there.
#pragma once

#include "engine/model/ids.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace slipway {

struct log_news {
    std::vector<stream_id> commanded;  // to which another process has stored what somebody has asked for
    bool unheld = false;               // there are leases that another process gave up, or that have run out
    std::string trouble;               // why nothing can be heard at the moment, in a sentence: the store is away
};

class news_source {
public:
    virtual ~news_source() = default;

    // Waits until something has happened, or for a few seconds. Whatever it says, the log may have grown. One coroutine.
    virtual boost::asio::awaitable<log_news> next() = 0;
};

}  // namespace slipway
