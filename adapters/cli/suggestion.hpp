// "did you mean": the word among those that exist which is nearest to the one that was typed. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli {

// ": did you mean X?", or where none is near ": choose from a, b, c"; at most eight are named.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& existing);

}  // namespace slipway::cli
