// ERB in a file that becomes YAML only when Ruby has run it (Kamal does: ERB first, then YAML). The tags are painted
// over byte by byte, so that what is read from the rest lies at the same offsets as in the file. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli::kamal {

struct erb_tag {
    std::size_t begin = 0;
    std::size_t end = 0;  // behind "%>"
    bool prints = false;  // <%= … %>
    std::string_view code;
};

// None where a tag is not closed.
std::optional<std::vector<erb_tag>> find_erb(std::string_view file);

// What prints becomes a word, everything else blanks. None where that would move what follows on the line.
std::optional<std::string> paint_over(std::string_view file, const std::vector<erb_tag>& tags);

// Whether Ruby might leave out or repeat what stands at `offset`: it is inside an if or a loop, or may be.
bool perhaps_conditional(const std::vector<erb_tag>& tags, std::size_t offset);

}  // namespace slipway::cli::kamal
