// Lists as Hetzner's API gives them: filtered by exact name and labels, sorted, cut into pages of 25 (at most 50), with
// meta.pagination and a Link header. Pure.
#pragma once

#include "tools/hetzner-sim/message.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sim {

// The resources themselves stay where they are: only those of the asked page are copied.
using row_list = std::vector<const json*>;

row_list rows_of(const std::map<std::int64_t, json>& resources);
row_list rows_of(const std::vector<json>& resources);

// Drops the rows that the query's name, label_selector, status, … (`filters`) exclude. A failure where the query is
// malformed, else nothing is returned and `rows` holds what is left.
std::optional<reply> filter_rows(row_list& rows, const request& r, const std::vector<std::string>& filters);

// Sorts by the query's sort= (of `fields`), else by id, and answers with the asked page as `key`.
reply page_of(const std::string& key, row_list rows, const request& r, const std::vector<std::string>& fields);

}  // namespace slipway::sim
