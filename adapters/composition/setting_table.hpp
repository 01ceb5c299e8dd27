// Every setting of slipway, a row each, and what a .env file in the working directory may do with it: such a file may
// have come with a repository of somebody else's. environment.hpp gives no setting that has no row here. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace slipway::composition {

enum class in_working_directory {
    counts,
    with_token,   // a destination: only with the token of the same file, and no other token is sent there
    refused,
    passed_over,  // the system's, for all programs: another application's file may well hold it
};

struct setting_row {
    std::string_view name;
    in_working_directory rule = in_working_directory::refused;
    bool is_secret = false;                     // NAME_FILE, too, and systemd's credentials
    std::vector<std::string_view> tokens = {};  // with_token: what is sent there, the first that is set
};

const std::vector<setting_row>& setting_table();

// The row of a setting or of a secret's NAME_FILE.
const setting_row* row_of(std::string_view name);

// None for a name that is not slipway's.
std::optional<in_working_directory> rule_of(std::string_view name);

}  // namespace slipway::composition
