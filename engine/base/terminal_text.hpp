// What others wrote (a VM, an API, Hetzner, another user), made safe for a terminal: nothing in it may move the cursor,
// send keys, or show one thing and mean another. The one place that says which characters those are. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway {

// Controls (C0, DEL, C1), what ends a line in other ways, marks that turn the direction of text, and what nobody sees.
bool is_harmful(std::uint32_t code_point);

// Without them, but for the ends of lines and tabs. Bytes that are no text become U+FFFD.
std::string without_controls(std::string_view text);

// On one line, each of them and each byte that is no text as a visible escape: \x1b, \n, \u202e.
std::string with_visible_controls(std::string_view text);

// JSON that says the same, with them as escapes of JSON's own. In other text they become visible. The ends of lines and
// tabs stay; bytes that are no text become U+FFFD.
std::string json_for_terminal(std::string_view json);

}  // namespace slipway
