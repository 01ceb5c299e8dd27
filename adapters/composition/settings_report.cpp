#include "adapters/composition/settings_report.hpp"

#include "adapters/composition/service_settings.hpp"
#include "adapters/composition/setting_table.hpp"
#include "engine/service/near_names.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <set>
#include <string_view>

namespace slipway::composition {

namespace {

// As a start does it: the settings themselves, and then what each channel makes of its own.
result<void> try_out(const environment& from) {
    auto c = configure(from, {});
    if (!c) return c.error();
    auto s = configure_service(from, *c);
    if (!s) return s.error();
    boost::asio::io_context loop(1);
    for (const notify::channel_kind* kind : notify::channel_kinds()) {
        if (s->notify.of(kind->settings.front()).empty()) continue;
        auto made = kind->make(loop.get_executor(), s->notify, notify::address_source());
        if (!made) return made.error();
    }
    return {};
}

bool is_part_of_name(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// The settings that a sentence names, in its order.
std::vector<std::string> named_in(std::string_view sentence) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < sentence.size();) {
        std::size_t end = at;
        while (end < sentence.size() && is_part_of_name(sentence[end])) ++end;
        if (row_of(sentence.substr(at, end - at)) != nullptr) names.emplace_back(sentence.substr(at, end - at));
        at = end + 1;
    }
    return names;
}

}  // namespace

std::vector<reported_setting> report_settings(const environment& from) {
    std::vector<reported_setting> all;
    for (const setting_row& row : setting_table()) {
        reported_setting one;
        one.name = row.name;
        const auto origin = from.origin_of(one.name);
        one.origin = origin.value_or("default");
        if (origin && !row.is_secret) one.value = from.text(one.name).value_or("");
        all.push_back(std::move(one));
    }
    return all;
}

// The first that is wrong hides the others: it is forgotten, and what is left tried again. What is only wrong because of
// that names it.
std::vector<std::string> wrong_settings(environment from) {
    std::vector<std::string> wrong;
    std::set<std::string> forgotten;
    for (;;) {
        const auto tried = try_out(from);
        if (tried) return wrong;
        const auto names = named_in(tried.error().message);
        const bool follows = std::any_of(names.begin(), names.end(), [&](const auto& name) { return forgotten.contains(name); });
        if (!follows) wrong.push_back(tried.error().message);
        const auto next = std::find_if(names.begin(), names.end(), [&](const auto& name) { return !forgotten.contains(name); });
        if (next == names.end()) return wrong;
        forgotten.insert(*next);
        from.forget(*next);
    }
}

std::vector<std::string> unknown_settings(const std::vector<std::string>& variables) {
    std::vector<std::string> known;
    for (const setting_row& row : setting_table()) known.emplace_back(row.name);
    std::vector<std::string> sentences;
    for (const std::string& name : variables) {
        if (!name.starts_with("SLIPWAY_") || row_of(name) != nullptr) continue;
        const auto near = service::near_names(name, known);
        sentences.push_back(name + " is no setting of slipway's" +
                            (near.empty() ? "" : ": did you mean " + near.front() + "?"));
    }
    return sentences;
}

}  // namespace slipway::composition
