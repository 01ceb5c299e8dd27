// A copy of the whole database, as it was at one moment, while somebody writes: SQLite's backup, which copies pages under
// one read transaction. (A plain copy of the file lacks what is still in -wal, or mixes two moments.)
//
// Blocks for as long as copying takes; a writer goes on meanwhile. The copy is durable when this returns, has mode 0600,
// and is there as a whole or not at all.
#pragma once

#include "adapters/sqlite/reader.hpp"

#include <functional>
#include <string>

namespace slipway::sqlite {

// `refused` where anything is at `to`, or lies beside it under the names that SQLite gives to the files of that database.
// `complete` sees the copy before it is at `to`: for what has to be there before it counts.
result<void> copy_database(reader& from, const std::string& to, const std::function<result<void>(reader& copy)>& complete);

}  // namespace slipway::sqlite
