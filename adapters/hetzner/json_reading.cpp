#include "adapters/hetzner/json_reading.hpp"

#include <algorithm>
#include <limits>

namespace slipway::hetzner {

using nlohmann::json;

const json& member(const json& object, std::string_view key) {
    static const json none;
    if (!object.is_object()) return none;
    const auto found = object.find(std::string(key));
    return found == object.end() ? none : *found;
}

const json& list(const json& object, std::string_view key) {
    static const json none = json::array();
    const json& found = member(object, key);
    return found.is_array() ? found : none;
}

std::string text(const json& object, std::string_view key) {
    const json& found = member(object, key);
    return found.is_string() ? found.get<std::string>() : std::string();
}

double number(const json& object, std::string_view key) {
    const json& found = member(object, key);
    return found.is_number() ? found.get<double>() : 0.0;
}

bool flag(const json& object, std::string_view key) {
    const json& found = member(object, key);
    return found.is_boolean() && found.get<bool>();
}

namespace {

std::int64_t positive(const json& value) {
    if (value.is_number_unsigned()) {
        const auto n = value.get<std::uint64_t>();
        return n <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ? static_cast<std::int64_t>(n)
                                                                                         : 0;
    }
    if (value.is_number_integer()) return std::max<std::int64_t>(0, value.get<std::int64_t>());
    return 0;
}

}  // namespace

std::int64_t id_of(const json& object) {
    return positive(member(object, "id"));
}

int next_page(const json& document) {
    const std::int64_t next = positive(member(member(member(document, "meta"), "pagination"), "next_page"));
    return next <= std::numeric_limits<int>::max() ? static_cast<int>(next) : 0;
}

json parse(std::string_view body) {
    // Copying and printing a value goes as deep as it is nested, and the stack has an end.
    constexpr int deepest = 64;
    const auto not_too_deep = [](int depth, json::parse_event_t, json&) { return depth <= deepest; };
    return json::parse(body.begin(), body.end(), not_too_deep, false);
}

}  // namespace slipway::hetzner
