// Columns of text for people. Pure.
#pragma once

#include "engine/base/time.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::cli {

using table_row = std::vector<std::string>;

// The first row is the head. A column is as wide as its widest cell; two blanks between; nothing behind the last.
std::string text_table(const std::vector<table_row>& rows);

// "name         web1", a line for each that has a value.
std::string text_details(const std::vector<std::pair<std::string, std::string>>& lines);

// At most so many characters of it, with an ellipsis where some are missing; control characters are left out.
std::string cell(std::string_view text, std::size_t most = 40);

// "now", "5 min", "3 h", "12 d"
std::string age_since(timestamp then, timestamp now);

}  // namespace slipway::cli
