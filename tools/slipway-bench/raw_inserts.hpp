// The limit that an append is held against: the same rows by a bare batched INSERT into a table with the same columns, which
// has a key by seq and one by stream and version, and nothing else; as durable as the log. What it leaves out is what a log
// does: heads, expected versions, event ids and command ids that exclude each other, hashes.
//
// One thread; insert() is durable when it returns. Throws std::runtime_error with what the store said.
#pragma once

#include "engine/model/record.hpp"

#include <memory>
#include <span>
#include <string>

namespace slipway::bench {

class raw_inserts {
public:
    virtual ~raw_inserts() = default;
    virtual void insert(std::span<const event_record> batch) = 0;
};

// A prepared statement of one row, a transaction for each batch; WAL and synchronous=FULL.
std::unique_ptr<raw_inserts> raw_inserts_into_file(const std::string& path);
// One connection, a prepared statement of arrays that unnest() makes rows of. `url` is libpq's.
std::unique_ptr<raw_inserts> raw_inserts_into_server(const std::string& url);

}  // namespace slipway::bench
