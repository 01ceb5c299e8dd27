// What streams look like, without replaying each of them each time somebody asks: the states that were shown or written
// lately are kept, by stream and version. Bounded by the memory that they take.
//
// Owned by the service; the log outlives it. Called on the loop's thread.
#pragma once

#include "engine/ports/event_log.hpp"
#include "engine/service/service.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::service {

class view_cache {
public:
    explicit view_cache(event_log& log, std::size_t most_bytes = 32u << 20) : log_(log), most_bytes_(most_bytes) {}

    // The stream at this version or a later one; what is not kept of it is read from the log. error_kind::not_found where
    // there is no such stream, corrupt where its log makes no sense.
    answering<stream_view> find(stream_id stream, std::uint64_t version);

    // The engine has appended these, and the stream stands so now: a new stream is kept, since who has asked for it is
    // about to be shown it. The others are brought up to date when somebody asks.
    void appended(const vm_state& state, const std::vector<event_record>& records);

    std::size_t bytes() const { return bytes_; }
    std::uint64_t records_read() const { return records_read_; }  // so far

private:
    struct entry {
        stream_view view;
        std::size_t bytes = 0;
    };
    using entries = std::list<entry>;

    void keep(stream_view view);
    void drop(entries::iterator it);

    event_log& log_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::uint64_t records_read_ = 0;
    entries entries_;  // the one that was asked for last is first
    std::unordered_map<std::string, entries::iterator> by_stream_;
};

}  // namespace slipway::service
