#include "adapters/cli/suggestion.hpp"

#include <algorithm>
#include <numeric>

namespace slipway::cli {

namespace {

// Letters to insert, delete or replace (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& existing) {
    if (existing.empty()) return "";
    const auto nearest = std::min_element(existing.begin(), existing.end(), [&](const auto& a, const auto& b) {
        return distance(typed, a) < distance(typed, b);
    });
    if (distance(typed, *nearest) <= std::max<std::size_t>(1, typed.size() / 3)) return ": did you mean " + *nearest + "?";
    std::string list;
    for (std::size_t i = 0; i < existing.size() && i < 8; ++i) list += (i ? ", " : "") + existing[i];
    return ": choose from " + list + (existing.size() > 8 ? ", …" : "");
}

}  // namespace slipway::cli
