// A question to the person at the terminal, and the line that was typed. Blocks: for before a loop runs, or after it.
// Only where terminal::asks().
#pragma once

#include <string>

namespace slipway::cli {

struct typed_line {
    enum class ending { enter, closed, interrupted } how = ending::closed;  // closed: Ctrl-D; interrupted: Ctrl-C
    std::string text;                                                       // without blanks around it
};

typed_line ask_line(const std::string& question);

}  // namespace slipway::cli
