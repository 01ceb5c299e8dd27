// The engine's memory: an append-only log of events, one gapless stream per VM or contract.
//
// Owned by the composition root; one per process. Every function is called on the loop's thread and resumes there; the
// store does its work elsewhere. Many appends that are waiting together share one commit. When append() returns a value
// the events are on the disk (SQLite: WAL with synchronous=FULL).
//
// Two appends to one stream at once: one of them wins, the other gets version_conflict. A writer whose lease was taken
// over gets fenced, and nothing of it is stored. Several engines on one log may open two streams at once that exclude
// each other, or be given one command each: the log stores one, the other gets taken.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/histogram.hpp"
#include "engine/model/record.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway {

struct new_event {
    std::string type;
    int schema_version = 1;
    std::string event_id;
    timestamp at;
    std::string actor;
    std::string command_id;
    std::string data;  // JSON object
};

// What a client asked for under a key of its own (Idempotency-Key).
struct client_request {
    std::string key;     // empty: it gave none
    std::string digest;  // of all that it asked for
};

struct append_request {
    stream_head head;                    // the head after these events; its version = expected_version + events.size()
    std::uint64_t expected_version = 0;  // 0: the stream must not exist yet
    std::vector<new_event> events;       // at least one; stored all or not at all
    std::uint64_t epoch =
        0;  // of the lease under which a step's outcome is stored; 0: commands, and where there are none
    client_request request = {};  // that the events are the answer to; kept with them, unless its key is known already
};

enum class append_failure {
    version_conflict,  // somebody else appended first: read the stream again and decide anew
    // A live VM of the project has the name, a contract has the id, or the command id was stored by another append:
    // decide anew. Not from a store with one writer, whose engine has looked.
    taken,
    fenced,       // another owns the log, or holds the stream's lease: stop
    unavailable,  // the store failed (disk full, I/O error): nothing was stored, the same append may be tried again
};

struct append_error {
    append_failure failure = append_failure::unavailable;
    std::string message;  // a sentence for people
};

[[noreturn]] inline void throw_exception_from_error(const append_error& e, const boost::source_location&) {
    throw std::logic_error("append failed: " + e.message);
}

struct appended {
    std::vector<event_record> records;  // with seq, version and hash
    bool repeated = false;              // these event ids were already in the log: nothing was stored a second time
};

using append_result = boost::system::result<appended, append_error>;

struct head_filter {
    std::optional<std::string> kind, state, owner, name, provider;
    std::optional<std::string> stream;  // that one alone
    std::optional<std::string> after;   // only streams whose id is later
    std::size_t limit = 0;              // the first so many; 0: all
    bool unfinished_only = false;  // not at rest: what a restart has to take up
    bool live_only = false;        // not ended
};

// How many streams of a kind are in a state.
using stream_counts = std::map<std::pair<std::string, std::string>, std::size_t>;

class event_log {
public:
    virtual ~event_log() = default;

    // A name for this store, made once when it was created; it is the value of the label slipway-install.
    virtual std::string install_id() const = 0;

    virtual boost::asio::awaitable<append_result> append(append_request request) = 0;

    // How long those commits took that stored appends of this process.
    virtual histogram commit_times() const { return histogram(instants); }

    // Records of one stream in order of version, from `after_version` (exclusive).
    virtual boost::asio::awaitable<result<std::vector<event_record>>> read_stream(stream_id stream,
                                                                                  std::uint64_t after_version) = 0;

    // Records of all streams in order of seq, at most `limit`.
    virtual boost::asio::awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after_seq,
                                                                               std::size_t limit) = 0;

    // In the order of the streams' ids; of those that are unfinished, the most overdue first.
    virtual boost::asio::awaitable<result<std::vector<stream_head>>> heads(head_filter filter) = 0;

    // Of the streams that have not ended. A store that can counts where the heads are: there may be many.
    virtual boost::asio::awaitable<result<stream_counts>> count_live();

    // Streams of `provider` which have not ended and use this key, `except` left out.
    virtual boost::asio::awaitable<result<std::vector<stream_id>>> live_with_key(std::string provider,
                                                                                 std::string key_fingerprint,
                                                                                 stream_id except) = 0;

    // The records that a command with this id caused, in order: the answer to a command that is submitted again.
    virtual boost::asio::awaitable<result<std::vector<event_record>>> find_command(std::string command_id) = 0;

    // The digest of the request that was first answered with events under this key; none: no request was.
    virtual boost::asio::awaitable<result<std::optional<std::string>>> find_request(std::string key) = 0;
};

inline boost::asio::awaitable<result<stream_counts>> event_log::count_live() {
    head_filter live;
    live.live_only = true;
    const auto there = co_await heads(std::move(live));
    if (!there) co_return there.error();
    stream_counts counts;
    for (const stream_head& head : *there) ++counts[{head.kind, head.state}];
    co_return counts;
}

}  // namespace slipway
