#include "engine/service/ordering.hpp"

#include "engine/base/host_name.hpp"
#include "engine/base/label.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/service/failures.hpp"

#include <algorithm>

namespace slipway::service {

std::vector<std::string> names_of(const std::string& name, int count) {
    std::vector<std::string> names{name};
    for (int i = 1; i < count; ++i) names.push_back(name + std::to_string(i));
    return names;
}

result<void> check_labels(const std::map<std::string, std::string>& labels) {
    for (const auto& [key, value] : labels) {
        if (key == label_managed_by || key.starts_with("slipway-") || key.starts_with("hetzner.cloud/"))
            return make_error(error_kind::usage, "the label " + key + " is reserved");
        if (!is_label_key(key))
            return make_error(error_kind::usage, "\"" + key + "\" is no label key: letters, digits, \"-\", \"_\" and \".\", "
                                                              "at most 63, with an optional prefix/ before it");
        if (!is_label_value(value))
            return make_error(error_kind::usage, "\"" + value + "\" is no label value: letters, digits, \"-\", \"_\" and \".\", "
                                                                "at most 63");
    }
    return {};
}

answer<void> check_order(const std::map<std::string, std::string>& labels, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (auto good = check_server_name(name); !good) return wrong_field("name", good.error().message);
    if (auto good = check_labels(labels); !good) return wrong_field("labels", good.error().message);
    return answer<void>();
}

std::vector<candidate> all_candidates(const std::vector<std::string>& types, const std::vector<std::string>& locations) {
    std::vector<candidate> all;
    for (const std::string& type : types)
        for (const std::string& place : locations) {
            candidate c;
            c.server_type = type;
            c.location = place;
            all.push_back(std::move(c));
        }
    return all;
}

result<std::vector<candidate>> choose(const slipway::catalog& catalog, std::vector<candidate> all,
                                      const std::string& image, timestamp now) {
    const auto problems = validate(catalog, all, image, now);
    auto good = orderable(catalog, all, image, now);
    const bool unknown = std::any_of(all.begin(), all.end(), [&](const candidate& c) {
        return !find_type(catalog, c.server_type) || !find_location(catalog, c.location);
    });
    if (!good.empty() && !unknown) return good;
    std::string text;
    for (const auto& problem : problems) text += (text.empty() ? "" : "\n         ") + problem.sentence;
    return make_error(error_kind::usage, text);
}

}  // namespace slipway::service
