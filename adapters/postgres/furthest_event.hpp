// The last event of the log that this process knows to be stored. A server that does not have it is not what it was: a
// standby has taken over that had not received everything, or a backup was restored. What was done at Hetzner since then is
// not in such a log, so nothing may be decided on it: every new connection is asked, and not used where the event is missing.
//
// One for all connections of a process. Any thread.
#pragma once

#include "adapters/postgres/pqxx_compat.hpp"
#include "engine/base/error.hpp"
#include "engine/model/record.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace slipway::postgres {

class furthest_event {
public:
    // Records that a commit was reported for, or that were read.
    void saw(const std::vector<event_record>& stored);

    // Why the server is not to be worked on; none: it has the event. `place` as server_address::place().
    std::optional<error> missing_in(pqxx::transaction_base& in, const std::string& place) const;

private:
    mutable std::mutex mutex_;
    std::uint64_t seq_ = 0;  // 0: none yet
    std::string event_id_;
};

}  // namespace slipway::postgres
