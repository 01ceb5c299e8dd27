#include "engine/service/near_names.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace slipway::service {

namespace {

// Lower case, and without what people leave out or mix up: "Ubuntu 24.04" is near "ubuntu-24.04".
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '-' || c == '.' || c == '_' || c == ' ') continue;
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

// How many characters have to be added, left out or changed.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> near_names(std::string_view wanted, const std::vector<std::string>& names) {
    const std::string meant = plain(wanted.substr(0, 64));
    if (meant.empty()) return {};
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const std::string& name : names) {
        const std::string other = plain(name);
        // "ubuntu" for "ubuntu-24.04": what was begun; later names first, they are the newer ones.
        std::size_t away = distance(meant, other);
        if (away > 1 && meant.size() >= 3 && other.starts_with(meant)) away = 1;
        if (away <= std::max<std::size_t>(1, meant.size() / 4)) found.emplace_back(away, name);
    }
    // Nobody who types "CX23" means cx53.
    if (std::any_of(found.begin(), found.end(), [](const auto& one) { return one.first == 0; }))
        std::erase_if(found, [](const auto& one) { return one.first != 0; });
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, found.size()); ++i) out.push_back(found[i].second);
    return out;
}

std::string listed(const std::vector<std::string>& names, std::string_view last, std::size_t most) {
    std::string out;
    const std::size_t shown = std::min(most, names.size());
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) out += i + 1 == names.size() ? " " + std::string(last) + " " : ", ";
        out += names[i];
    }
    if (shown < names.size()) out += " and " + std::to_string(names.size() - shown) + " more";
    return out;
}

}  // namespace slipway::service
