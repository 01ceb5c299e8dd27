#include "engine/model/event.hpp"

#include <map>

namespace slipway {

namespace {

constexpr std::array variation_names{
    name_row{variation::same, "same"},
    name_row{variation::next_candidate, "next_candidate"},
    name_row{variation::next_name, "next_name"},
};

constexpr std::array shortcoming_names{
    name_row{shortcoming_kind::recipe_result, "recipe_result"},
    name_row{shortcoming_kind::host_keys, "host_keys"},
    name_row{shortcoming_kind::operator_key, "operator_key"},
};

constexpr std::array finding_names{
    name_row{finding_kind::orphan, "orphan"},
    name_row{finding_kind::vanished, "vanished"},
    name_row{finding_kind::leaked, "leaked"},
    name_row{finding_kind::foreign, "foreign"},
    name_row{finding_kind::ahead, "ahead"},
};

using steps_by_event = std::map<std::string_view, step>;

template <class Event>
void add_step(steps_by_event& to) {
    if constexpr (requires { Event::completes; }) to[Event::name] = Event::completes;
}

template <class... Events>
steps_by_event steps_of(const std::variant<Events...>*) {
    steps_by_event all;
    (add_step<Events>(all), ...);
    return all;
}

}  // namespace

std::optional<step> completed_by(std::string_view type) {
    static const steps_by_event steps = steps_of(static_cast<const event*>(nullptr));
    const auto found = steps.find(type);
    if (found == steps.end()) return {};
    return found->second;
}

std::string_view name(variation v) {
    return row_in<variation_names>(v).name;
}
std::string_view name(shortcoming_kind k) {
    return row_in<shortcoming_names>(k).name;
}
std::string_view name(finding_kind k) {
    return row_in<finding_names>(k).name;
}
std::optional<variation> variation_named(std::string_view text) {
    return named_in<variation_names>(text);
}
std::optional<shortcoming_kind> shortcoming_named(std::string_view text) {
    return named_in<shortcoming_names>(text);
}
std::optional<finding_kind> finding_named(std::string_view text) {
    return named_in<finding_names>(text);
}

}  // namespace slipway
