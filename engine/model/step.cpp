#include "engine/model/step.hpp"

#include <array>
#include <utility>

namespace slipway {

namespace {

constexpr std::array step_names{
    std::pair{step::register_key, std::string_view("register_key")},
    std::pair{step::create_server, std::string_view("create_server")},
    std::pair{step::reach_ssh, std::string_view("reach_ssh")},
    std::pair{step::run_recipe, std::string_view("run_recipe")},
    std::pair{step::prepare_host_keys, std::string_view("prepare_host_keys")},
    std::pair{step::hand_over, std::string_view("hand_over")},
    std::pair{step::delete_server, std::string_view("delete_server")},
    std::pair{step::release_key, std::string_view("release_key")},
};

constexpr std::array failure_names{
    std::pair{failure_code::not_sent, std::string_view("not_sent")},
    std::pair{failure_code::unauthorized, std::string_view("unauthorized")},
    std::pair{failure_code::forbidden, std::string_view("forbidden")},
    std::pair{failure_code::quota, std::string_view("quota")},
    std::pair{failure_code::not_found, std::string_view("not_found")},
    std::pair{failure_code::name_taken, std::string_view("name_taken")},
    std::pair{failure_code::conflict, std::string_view("conflict")},
    std::pair{failure_code::unavailable, std::string_view("unavailable")},
    std::pair{failure_code::invalid, std::string_view("invalid")},
    std::pair{failure_code::locked, std::string_view("locked")},
    std::pair{failure_code::protected_resource, std::string_view("protected")},
    std::pair{failure_code::rate_limited, std::string_view("rate_limited")},
    std::pair{failure_code::server_error, std::string_view("server_error")},
    std::pair{failure_code::lost, std::string_view("lost")},
    std::pair{failure_code::bad_answer, std::string_view("bad_answer")},
    std::pair{failure_code::action_failed, std::string_view("action_failed")},
    std::pair{failure_code::foreign_server, std::string_view("foreign_server")},
    std::pair{failure_code::no_public_ip, std::string_view("no_public_ip")},
    std::pair{failure_code::not_seen_yet, std::string_view("not_seen_yet")},
    std::pair{failure_code::ssh_unreachable, std::string_view("ssh_unreachable")},
    std::pair{failure_code::wrong_host_key, std::string_view("wrong_host_key")},
    std::pair{failure_code::ssh_denied, std::string_view("ssh_denied")},
    std::pair{failure_code::timed_out, std::string_view("timed_out")},
    std::pair{failure_code::broken_host, std::string_view("broken_host")},
    std::pair{failure_code::recipe_failed, std::string_view("recipe_failed")},
    std::pair{failure_code::no_credentials, std::string_view("no_credentials")},
    std::pair{failure_code::other_project, std::string_view("other_project")},
};

template <class Table, class Key>
std::string_view by_key(const Table& table, Key key) {
    for (const auto& [value, text] : table)
        if (value == key) return text;
    return "?";
}

template <class Key, class Table>
std::optional<Key> by_name(const Table& table, std::string_view text) {
    for (const auto& [value, name] : table)
        if (name == text) return value;
    return {};
}

}  // namespace

std::string_view name(step s) { return by_key(step_names, s); }
std::string_view name(failure_code c) { return by_key(failure_names, c); }
std::optional<step> step_named(std::string_view text) { return by_name<step>(step_names, text); }
std::optional<failure_code> failure_named(std::string_view text) { return by_name<failure_code>(failure_names, text); }

}  // namespace slipway
