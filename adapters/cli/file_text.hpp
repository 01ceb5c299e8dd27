// The text of a file that a user names. Blocks.
#pragma once

#include "engine/base/error.hpp"

#include <cstddef>
#include <string>

namespace slipway::cli {

// "-" is standard input. Read once from its beginning to its end, so that a pipe will do; of what is longer than `most`
// bytes only so much is read as shows it. The error says of which file, and why.
result<std::string> read_text(const std::string& path, std::size_t most);

}  // namespace slipway::cli
