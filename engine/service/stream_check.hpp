// Whether one stream of the log is right: versions without a gap, the hash chain, transitions that the machine allows,
// and a head that is what the events make it. What is found is named by a word that scripts may rely on, with a
// sentence for people. Pure; used by `slipway-log verify` and by the service.
#pragma once

#include "engine/ports/event_log.hpp"
#include "engine/runtime/hash_chain.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace slipway::service {

struct log_problem {
    std::string problem;                 // "hash_mismatch"
    std::string stream;                  // empty: the log as a whole
    std::uint64_t version = 0, seq = 0;  // 0: the stream, or the log, as a whole
    std::string message;
};

using log_problems = std::vector<log_problem>;

// What the records of one stream have shown so far, in the order of seq.
class stream_chain {
public:
    // kind_changed, hash_mismatch, missing_version, version_order.
    log_problems take(const event_record& next);

    std::uint64_t version() const { return version_; }
    const std::string& hash() const { return stored_; }  // of the last record as it says

private:
    std::string kind_;
    std::uint64_t version_ = 0;
    std::string stored_{first_previous_hash};
    std::string computed_{first_previous_hash};  // as it should be: where they differ one of the two is the culprit
};

// missing_head, or head_differs where the head's hash is not that of the chain's end.
log_problems check_end(const stream_id& stream, const stream_chain& chain, const stream_head* head);

// illegal_transition, and head_differs for each member that the replay makes another. `records`: all that the chain has
// taken.
log_problems check_replay(const stream_id& stream, const stream_chain& chain, std::span<const event_record> records,
                          const stream_head* head);

// missing_events where there is a head alone.
log_problem missing_events(const stream_id& stream);

// All of this, for a stream whose records and head are at hand.
log_problems check_stream(std::span<const event_record> records, const stream_head& head);

}  // namespace slipway::service
