// The statement that appends, and its parameters: one array for each column.
#pragma once

#include "adapters/postgres/event_rows.hpp"
#include "engine/ports/event_log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::postgres {

// The last parameter is what this process is called. Gives stream, version and seq of every event that it has stored.
extern const std::string append_sql;

// Whether a command's id ($1) or the name of what is opened ($2 is 0 then: $3 kind, $4 provider, $5 name) is somebody's.
extern const std::string taken_sql;

// Requests in the order of their streams, which is the order that heads are changed in.
class append_arrays {
public:
    static constexpr std::size_t columns = 19;  // of a request
    void add(const append_request& request, const std::string& previous_hash, const std::vector<event_record>& records);
    parameters take() &&;

private:
    std::array<array_text, columns> requests_;
    event_arrays events_;
    std::int64_t count_ = 0;
};

}  // namespace slipway::postgres
