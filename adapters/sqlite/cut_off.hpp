// Whether a database file ends too early: a copy that broke off, a file system that lost the end of a file. SQLite
// finds missing pages when it opens the file, but reads a page that the file ends in as if zeros stood behind, without
// a word. Any thread; no state.
#pragma once

#include "engine/base/error.hpp"

#include <optional>
#include <string>

namespace slipway::sqlite {

// Whether somebody writes, or was killed while writing: then the newest records are not in the file itself yet.
bool has_wal(const std::string& path);

// What is wrong, as a sentence; nothing where the file is whole, where it has no header that could tell, or where the
// newest pages stand in the WAL.
std::optional<error> cut_off(const std::string& path);

}  // namespace slipway::sqlite
