// The end of a recipe's output as an event may carry it: bounded, and valid UTF-8 whatever the recipe printed. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway::ssh {

// At most the last `limit` bytes of `bytes`. What is no UTF-8, and NUL, becomes U+FFFD; a character that the front cuts
// in two is left out.
std::string text_tail(std::string_view bytes, std::size_t limit);

}  // namespace slipway::ssh
