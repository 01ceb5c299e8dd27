#include "adapters/cli/resource_options.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace slipway::cli {

using nlohmann::ordered_json;

result<ordered_json> resource_typed(const std::string& option, const std::string& word) {
    if (word == "none") return ordered_json(nullptr);
    std::int64_t id = 0;
    const char* end = word.data() + word.size();
    const auto [stopped, failed] = std::from_chars(word.data(), end, id);
    if (failed == std::errc{} && stopped == end && id > 0) return ordered_json(id);
    return make_error(error_kind::usage, option + " takes an id (a number, see slipway catalog) or none, not \"" + word + "\"");
}

result<ordered_json> resources_typed(const std::string& option, const std::vector<std::string>& words) {
    ordered_json list = ordered_json::array();
    for (const std::string& word : words) {
        auto one = resource_typed(option, word);
        if (!one) return one.error();
        if (!one->is_null())
            list.push_back(*std::move(one));
        else if (words.size() > 1)
            return make_error(error_kind::usage, option + " none goes with no other " + option);
    }
    return list;
}

std::string how_to_name(const std::vector<std::string>& fields) {
    const auto is_wrong = [&](const char* field) { return std::find(fields.begin(), fields.end(), field) != fields.end(); };
    std::string text;
    if (is_wrong("network")) text += "\n  --network ID, or --network none";
    if (is_wrong("firewalls")) text += "\n  --firewall ID, which may be repeated, or --firewall none";
    if (!text.empty()) text = "\nchoose with" + text + "\nor, for every time, with slipway server defaults";
    return text;
}

}  // namespace slipway::cli
