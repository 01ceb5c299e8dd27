// Reads the log in order of seq without passing over anything. A seq is drawn before its transaction commits, so that of
// two appends at once the later number may be seen first, and one that was undone leaves a gap for ever. So: nothing behind
// a gap is given to anybody until every transaction is over that was running when the gap was seen, or could have been
// (pg_snapshot_xmin has passed what was pg_snapshot_xmax then); what is missing after that will never come.
//
// One for all who read through one process: what it has found out about old gaps serves every reader. Any thread.
#pragma once

#include "adapters/postgres/pqxx_compat.hpp"
#include "engine/model/record.hpp"

#include <cstdint>
#include <mutex>
#include <vector>

namespace slipway::postgres {

class settled_feed {
public:
    // In a transaction that sees one moment.
    std::vector<event_record> read(pqxx::transaction_base& in, std::uint64_t after_seq, std::size_t limit);

private:
    std::uint64_t settled_up_to(std::uint64_t oldest_running, std::uint64_t next_to_come, std::uint64_t last_seq);

    std::mutex mutex_;
    std::uint64_t settled_ = 0;  // up to here every gap is one for ever
    std::uint64_t asked_ = 0;    // up to here, once `barrier_` is passed
    std::uint64_t barrier_ = 0;
};

}  // namespace slipway::postgres
