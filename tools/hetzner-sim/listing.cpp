#include "tools/hetzner-sim/listing.hpp"

#include "tools/hetzner-sim/labels.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace slipway::sim {

namespace {

// A positive number of the query, `fallback` where there is none, nothing where it is not a number from 1 on.
std::optional<std::int64_t> positive(const request& r, const std::string& key, std::int64_t fallback) {
    const std::string text = r.value(key);
    if (text.empty()) return fallback;
    std::int64_t n = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (failed != std::errc() || end != text.data() + text.size() || n < 1) return std::nullopt;
    return n;
}

bool wanted(const json& row, const std::string& key, const std::vector<std::string>& values) {
    const auto found = row.find(key);
    if (found == row.end() || found->is_null()) return false;
    const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
    return std::find(values.begin(), values.end(), text) != values.end();
}

// The target with another page=, for the Link header.
std::string with_page(const request& r, std::int64_t page) {
    const auto mark = r.target.find('?');
    std::string link = r.target.substr(0, mark) + "?page=" + std::to_string(page);
    std::string rest = mark == std::string::npos ? "" : r.target.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string pair = rest.substr(0, end);
        rest = end == std::string::npos ? "" : rest.substr(end + 1);
        if (!pair.empty() && pair.rfind("page=", 0) != 0) link += "&" + pair;
    }
    return link;
}

}  // namespace

row_list rows_of(const std::map<std::int64_t, json>& resources) {
    row_list rows;
    rows.reserve(resources.size());
    for (const auto& [id, resource] : resources) rows.push_back(&resource);
    return rows;
}

row_list rows_of(const std::vector<json>& resources) {
    row_list rows;
    rows.reserve(resources.size());
    for (const auto& resource : resources) rows.push_back(&resource);
    return rows;
}

std::optional<reply> filter_rows(row_list& rows, const request& r, const std::vector<std::string>& filters) {
    for (const auto& key : filters) {
        auto values = r.values(key);
        values.erase(std::remove(values.begin(), values.end(), ""), values.end());
        if (values.empty()) continue;
        if (key == "label_selector") {
            const auto selector = label_selector::parse(values.front());
            if (!selector) return invalid_field("label_selector", "label_selector is invalid");
            rows.erase(std::remove_if(rows.begin(), rows.end(),
                                      [&](const json* row) { return !selector->matches(row->at("labels")); }),
                       rows.end());
        } else {
            rows.erase(
                std::remove_if(rows.begin(), rows.end(), [&](const json* row) { return !wanted(*row, key, values); }),
                rows.end());
        }
    }
    return std::nullopt;
}

reply page_of(const std::string& key, row_list rows, const request& r, const std::vector<std::string>& fields) {
    const auto page = positive(r, "page", 1);
    const auto asked = positive(r, "per_page", 25);
    if (!page) return invalid_field("page", "must be a number from 1 on");
    if (!asked) return invalid_field("per_page", "must be a number from 1 on");
    const auto per_page = std::min<std::int64_t>(*asked, 50);

    auto orders = r.values("sort");
    std::stable_sort(rows.begin(), rows.end(), [](const json* a, const json* b) { return a->at("id") < b->at("id"); });
    for (auto order = orders.rbegin(); order != orders.rend(); ++order) {
        const auto colon = order->find(':');
        const std::string field = order->substr(0, colon);
        const std::string direction = colon == std::string::npos ? "asc" : order->substr(colon + 1);
        if (std::find(fields.begin(), fields.end(), field) == fields.end() ||
            (direction != "asc" && direction != "desc"))
            return invalid_field("sort", "must be one of the fields that this list can be sorted by");
        std::stable_sort(rows.begin(), rows.end(), [&](const json* a, const json* b) {
            return direction == "asc" ? a->at(field) < b->at(field) : b->at(field) < a->at(field);
        });
    }

    const auto total = static_cast<std::int64_t>(rows.size());
    const std::int64_t last = std::max<std::int64_t>(1, (total + per_page - 1) / per_page);
    json list = json::array();
    if (*page <= last)
        for (std::int64_t i = (*page - 1) * per_page; i < std::min(total, *page * per_page); ++i)
            list.push_back(*rows[static_cast<std::size_t>(i)]);

    json pagination = {{"page", *page},        {"per_page", per_page}, {"previous_page", nullptr},
                       {"next_page", nullptr}, {"last_page", last},    {"total_entries", total}};
    if (*page > 1) pagination["previous_page"] = *page - 1;
    if (*page < last) pagination["next_page"] = *page + 1;
    reply out = answer(200, {{key, std::move(list)}, {"meta", {{"pagination", std::move(pagination)}}}});

    std::string links;
    const auto link = [&](std::int64_t to, const char* rel) {
        if (!links.empty()) links += ", ";
        links += "<https://api.hetzner.cloud" + with_page(r, to) + ">; rel=" + rel;
    };
    if (*page > 1) link(*page - 1, "prev");
    if (*page < last) link(*page + 1, "next");
    link(last, "last");
    out.headers.emplace_back("Link", links);
    return out;
}

}  // namespace slipway::sim
