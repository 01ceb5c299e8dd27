#include "adapters/composition/setting_table.hpp"

#include "adapters/notify/channels.hpp"

#include <algorithm>

namespace slipway::composition {

namespace {

using rule = in_working_directory;

constexpr bool is_secret = true;
constexpr std::string_view file_suffix = "_FILE";

std::vector<setting_row> all_rows() {
    std::vector<setting_row> rows{
        {"HCLOUD_TOKEN", rule::counts, is_secret},
        {"HETZNER_API_TOKEN", rule::counts, is_secret},
        {"HCLOUD_ENDPOINT", rule::with_token, !is_secret, {"HCLOUD_TOKEN", "HETZNER_API_TOKEN"}},
        {"DISCORD_TOKEN", rule::counts, is_secret},
        {"DISCORD_API_BASE", rule::with_token, !is_secret, {"DISCORD_TOKEN"}},
        {"DISCORD_ALLOWED_USERS", rule::counts},
        {"DISCORD_ALLOWED_ROLES", rule::counts},
        {"DISCORD_USER_QUOTA", rule::counts},
        {"SLIPWAY_SERVER_TYPES", rule::counts},
        {"SLIPWAY_LOCATIONS", rule::counts},
        {"SLIPWAY_SSH_TIMEOUT_SECS", rule::counts},
        {"SLIPWAY_RECIPE_TIMEOUT_SECS", rule::counts},
        {"SLIPWAY_OVERDUE_AFTER_SECS", rule::counts},
        {"HETZNER_PROVISIONING_ENABLED", rule::counts},
        {"HETZNER_POLL_INTERVAL_SECS", rule::counts},
        {"HETZNER_TERMINATION_POLL_INTERVAL_SECS", rule::counts},
        {"SLIPWAY_LOG_LEVEL", rule::counts},
        {"CREDENTIAL_ENCRYPTION_KEY", rule::refused, is_secret},
        {"CREDENTIAL_ENCRYPTION_KEY_PREVIOUS", rule::refused, is_secret},
        {"SLIPWAY_API", rule::refused},
        {"SLIPWAY_API_TOKEN", rule::refused, is_secret},
        {"SLIPWAY_CA_FILE", rule::refused},
        {"SLIPWAY_CRASH", rule::refused},
        {"SLIPWAY_DATABASE_URL", rule::refused, is_secret},  // it may hold a password
        {"SLIPWAY_LATE_GRACE_SECS", rule::refused},  // shorter, and a lost answer may become a second server
        {"SLIPWAY_LEASE_SECS", rule::refused},
        {"SLIPWAY_LISTEN", rule::refused},
        {"SLIPWAY_SSH_PORT", rule::refused},
        {"SLIPWAY_SSH_USER", rule::refused},
        {"CREDENTIALS_DIRECTORY", rule::refused},
        {"RUNTIME_DIRECTORY", rule::refused},
        {"STATE_DIRECTORY", rule::refused},
        {"XDG_CACHE_HOME", rule::refused},
        {"XDG_CONFIG_HOME", rule::refused},
        {"XDG_RUNTIME_DIR", rule::refused},
        {"XDG_STATE_HOME", rule::refused},
        {"HOME", rule::passed_over},
        {"JOURNAL_STREAM", rule::passed_over},
    };
    for (const notify::channel_kind* kind : notify::channel_kinds())
        for (const notify::setting& one : kind->settings)
            if (std::none_of(rows.begin(), rows.end(), [&](const setting_row& row) { return row.name == one.name; }))
                rows.push_back({one.name, rule::refused, one.is_secret});
    return rows;
}

}  // namespace

const std::vector<setting_row>& setting_table() {
    static const std::vector<setting_row> rows = all_rows();
    return rows;
}

const setting_row* row_of(std::string_view name) {
    const auto is = [&](const setting_row& row) {
        return name == row.name || (row.is_secret && name.size() == row.name.size() + file_suffix.size() &&
                                    name.starts_with(row.name) && name.ends_with(file_suffix));
    };
    const auto& rows = setting_table();
    const auto found = std::find_if(rows.begin(), rows.end(), is);
    return found == rows.end() ? nullptr : &*found;
}

std::optional<in_working_directory> rule_of(std::string_view name) {
    if (const setting_row* row = row_of(name)) return name == row->name ? row->rule : rule::refused;
    // Of a later version, or misspelt: what nobody knows is not let in.
    if (name.starts_with("SLIPWAY_") || name.starts_with("XDG_")) return rule::refused;
    return {};
}

}  // namespace slipway::composition
