#include "engine/model/step.hpp"

namespace slipway {

namespace {

constexpr std::array resource_names{
    name_row{resource_kind::server, "server"},
    name_row{resource_kind::ssh_key, "ssh_key"},
};

constexpr std::array failure_names{
    name_row{failure_code::not_sent, "not_sent"},
    name_row{failure_code::unauthorized, "unauthorized"},
    name_row{failure_code::forbidden, "forbidden"},
    name_row{failure_code::quota, "quota"},
    name_row{failure_code::not_found, "not_found"},
    name_row{failure_code::name_taken, "name_taken"},
    name_row{failure_code::conflict, "conflict"},
    name_row{failure_code::unavailable, "unavailable"},
    name_row{failure_code::invalid, "invalid"},
    name_row{failure_code::locked, "locked"},
    name_row{failure_code::protected_resource, "protected"},
    name_row{failure_code::rate_limited, "rate_limited"},
    name_row{failure_code::server_error, "server_error"},
    name_row{failure_code::lost, "lost"},
    name_row{failure_code::bad_answer, "bad_answer"},
    name_row{failure_code::action_failed, "action_failed"},
    name_row{failure_code::foreign_server, "foreign_server"},
    name_row{failure_code::no_public_ip, "no_public_ip"},
    name_row{failure_code::not_seen_yet, "not_seen_yet"},
    name_row{failure_code::ssh_unreachable, "ssh_unreachable"},
    name_row{failure_code::wrong_host_key, "wrong_host_key"},
    name_row{failure_code::ssh_denied, "ssh_denied"},
    name_row{failure_code::timed_out, "timed_out"},
    name_row{failure_code::broken_host, "broken_host"},
    name_row{failure_code::recipe_failed, "recipe_failed"},
    name_row{failure_code::no_credentials, "no_credentials"},
    name_row{failure_code::other_project, "other_project"},
    name_row{failure_code::other_history, "other_history"},
    name_row{failure_code::older_log, "older_log"},
};

}  // namespace

std::string_view name(step s) {
    return properties_of(s).name;
}
std::string_view name(resource_kind r) {
    return row_in<resource_names>(r).name;
}
std::string_view name(failure_code c) {
    return row_in<failure_names>(c).name;
}
std::optional<step> step_named(std::string_view text) {
    return named_in<step_table>(text);
}
std::optional<resource_kind> resource_named(std::string_view text) {
    return named_in<resource_names>(text);
}
std::optional<failure_code> failure_named(std::string_view text) {
    return named_in<failure_names>(text);
}

}  // namespace slipway
