// How the message of a failed recipe quotes what the recipe printed last, and how to leave that out: it may hold anything,
// passwords too, and is kept to the event log and to whoever runs the recipe. Pure.
#pragma once

#include <string_view>

namespace slipway {

inline constexpr std::string_view before_output = "; its last output:";

// The first line of a failure's message, without the output where it is quoted.
inline std::string_view without_output(std::string_view message) {
    message = message.substr(0, message.find(before_output));
    return message.substr(0, message.find('\n'));
}

}  // namespace slipway
