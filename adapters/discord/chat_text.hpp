// Text cut to what Discord takes (engine/base/markdown.hpp makes it harmless). Pure.
//
// Discord counts characters; a byte is at most one, so what is cut by bytes always fits.
#pragma once

#include "engine/base/markdown.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::discord {

// At most `most` bytes, cut between characters, with "…" where it was cut. Cut before it is escaped.
std::string cut(std::string_view text, std::size_t most);

// Lines put together to texts of at most `most` bytes; a line is never torn unless it is longer than that itself.
std::vector<std::string> in_pieces(const std::vector<std::string>& lines, std::size_t most);

// Shown in the reader's own time, and as it passes: "in 5 minutes".
std::string relative_time(std::int64_t unix_seconds);

}  // namespace slipway::discord
