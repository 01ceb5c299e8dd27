// Where a database file is about to be: its directory and the file itself, private to this user. Blocks; at start-up.
#pragma once

#include "engine/base/error.hpp"

#include <string>

namespace slipway::sqlite {

// Says whether the file can live there; with `create` a missing directory is made, with mode 0700.
result<void> prepare_directory(const std::string& path, bool create);

// Opens or creates the file with mode 0600 (SQLite would use the umask; it gives -wal and -shm the mode of the file).
// Whether it was created now.
result<bool> prepare_file(const std::string& path);

}  // namespace slipway::sqlite
