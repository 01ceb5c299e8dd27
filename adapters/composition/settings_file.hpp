// KEY=value lines of a file on this machine. Blocks: for start-up.
#pragma once

#include "engine/base/error.hpp"

#include <map>
#include <optional>
#include <string>

namespace slipway::composition {

using setting_lines = std::map<std::string, std::string>;

// A file that its owner has to answer for: error_kind::configuration where others can write it, or a line of it is wrong.
// None where there is no such file.
result<std::optional<setting_lines>> read_own_file(const std::string& path);

// .env of the working directory: what setting_table.hpp lets it set, and an error for what else of slipway's is in it.
// What is wrong in lines that are not slipway's is nobody's business. Nothing where there is no such file.
result<setting_lines> read_working_directory();

}  // namespace slipway::composition
