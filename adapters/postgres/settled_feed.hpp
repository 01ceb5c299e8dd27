// Reads the log in order of seq without passing over anything. A seq is drawn before its transaction commits, so that of
// two appends at once the later number may be seen first, and one that was undone leaves a gap for ever. So: nothing behind
// a gap is given to anybody until every transaction is over that could have drawn a number before the gap was seen. Such a
// one had its own number before it drew (append_sql.cpp): one that is smaller than the number that the reader is given then,
// and pg_snapshot_xmin says when all of those are over. What is missing after that will never come. A transaction that
// stays open for long, of whatever database of the server, holds up what lies behind a gap, and nothing else.
//
// One for all who read through one process: what it has found out about old gaps serves every reader. Any thread.
#pragma once

#include "adapters/postgres/pqxx_compat.hpp"
#include "engine/model/record.hpp"

#include <cstdint>
#include <mutex>
#include <vector>

namespace slipway::postgres {

struct feed_page {
    std::vector<event_record> records;
    bool is_cut = false;  // at a gap of which it is not known yet whether it stays one: asking again soon finds more
};

class settled_feed {
public:
    // In a transaction that sees one moment.
    feed_page read(pqxx::transaction_base& in, std::uint64_t after_seq, std::size_t limit);

private:
    std::uint64_t settled_up_to(std::uint64_t oldest_running);
    void ask(std::uint64_t up_to, std::uint64_t barrier);

    std::mutex mutex_;
    std::uint64_t settled_ = 0;  // up to here every gap is one for ever
    std::uint64_t asked_ = 0;    // up to here, once `barrier_` is passed; 0: nothing is asked
    std::uint64_t barrier_ = 0;
};

}  // namespace slipway::postgres
