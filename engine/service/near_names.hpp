// For "did you mean": which of the names that exist somebody may have meant. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::service {

// The names nearest to `wanted`, best first, at most three; none where nothing is near. Upper and lower case are alike.
std::vector<std::string> near_names(std::string_view wanted, const std::vector<std::string>& names);

// "a, b and c" with `last` = "and"; what is beyond `most` is counted: "a, b and 7 more".
std::string listed(const std::vector<std::string>& names, std::string_view last, std::size_t most);

}  // namespace slipway::service
