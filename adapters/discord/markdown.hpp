// Other people's words (names, Hetzner's sentences, what Discord's users typed) in Discord's messages: shown as they are,
// never as markup, a mention or a link; and cut to what a field takes. Pure.
//
// Discord counts characters; a byte is at most one, so what is cut by bytes always fits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::discord {

// With what Discord takes for markup behind a backslash; valid UTF-8 without control characters.
std::string escaped(std::string_view text);

// In a code block or span no backslash counts: what would end it is replaced.
std::string in_code(std::string_view text);

// At most `most` bytes, cut between characters, with "…" where it was cut. Cut before it is escaped.
std::string cut(std::string_view text, std::size_t most);

// Lines put together to texts of at most `most` bytes; a line is never torn unless it is longer than that itself.
std::vector<std::string> in_pieces(const std::vector<std::string>& lines, std::size_t most);

// Shown in the reader's own time, and as it passes: "in 5 minutes".
std::string relative_time(std::int64_t unix_seconds);

}  // namespace slipway::discord
