// What a failed recipe printed last: a member of its own in the program, quoted at the end of the failure's message in
// the log. It may hold anything, passwords too, and is kept to the event log and to whoever runs the recipe. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// The message with the output behind it, where there is any: as the log has it.
std::string with_output(std::string message, std::string_view output);

// The other way round: the output is what stands behind the message, which keeps the rest. Exactly undone by
// with_output, except for a way of quoting that is older than the first release.
std::string cut_output(std::string& message);

// Failures that others have written may have several lines.
std::string_view first_line(std::string_view message);

}  // namespace slipway
