// A user's own file, exchanged as a whole or not at all. Blocks.
#pragma once

#include "engine/base/error.hpp"

#include <string>
#include <string_view>

namespace slipway::cli {

// A plain file of at most 1 MiB. error_kind::failed with a sentence.
result<std::string> read_whole_file(const std::string& path);

// Only if it still holds `before`. Mode and, where it is allowed, owner stay; a link stays a link.
result<void> exchange_file(const std::string& path, std::string_view before, std::string_view after);

}  // namespace slipway::cli
