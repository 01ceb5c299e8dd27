#include "adapters/simulated/faults.hpp"

#include <array>

namespace slipway::simulated {

namespace {

constexpr std::array site_names{"append",     "read_log",      "open_project", "create_key",    "find_key",
                                "delete_key", "create_server", "find_server",  "delete_server", "wait_actions",
                                "reach_ssh",  "run_recipe",    "prepare_keys", "hand_over",     "lease",
                                "survey"};
static_assert(site_names.size() == site_count);

constexpr std::array fault_names{"none",
                                 "crash_before",
                                 "crash_after",
                                 "repeated",
                                 "unavailable_log",
                                 "torn",
                                 "no_credentials",
                                 "foreign_token",
                                 "not_sent",
                                 "unauthorized",
                                 "forbidden",
                                 "quota",
                                 "conflict",
                                 "unavailable",
                                 "invalid",
                                 "locked",
                                 "protected",
                                 "rate_limited",
                                 "refused_by_server_error",
                                 "lost_request",
                                 "done_but_server_error",
                                 "lost_reply",
                                 "bad_answer",
                                 "late",
                                 "waits",
                                 "never_boots",
                                 "no_address",
                                 "vanishes",
                                 "stranger_answers",
                                 "action_fails",
                                 "refuses",
                                 "closes",
                                 "stalls",
                                 "denies",
                                 "wrong_host_key",
                                 "broken",
                                 "recipe_fails",
                                 "recipe_hangs",
                                 "ssh_changes",
                                 "ssh_changes_and_closes",
                                 "half_way"};
static_assert(fault_names.size() == fault_count);

using enum fault;

constexpr std::array of_append{crash_before, crash_after, unavailable_log, torn};
constexpr std::array of_read{crash_before, crash_after, unavailable_log};
constexpr std::array of_lease{crash_before, crash_after, unavailable_log, torn};
constexpr std::array of_open{unavailable_log, no_credentials, foreign_token};
constexpr std::array of_create_key{crash_before,
                                   crash_after,
                                   repeated,
                                   not_sent,
                                   unauthorized,
                                   forbidden,
                                   quota,
                                   conflict,
                                   invalid,
                                   rate_limited,
                                   refused_by_server_error,
                                   lost_request,
                                   done_but_server_error,
                                   lost_reply,
                                   bad_answer,
                                   late,
                                   waits};
constexpr std::array of_find{crash_before, crash_after, not_sent, unauthorized, rate_limited, refused_by_server_error,
                             lost_reply,   bad_answer};
constexpr std::array of_delete_key{crash_before,
                                   crash_after,
                                   repeated,
                                   not_sent,
                                   unauthorized,
                                   forbidden,
                                   conflict,
                                   locked,
                                   protected_resource,
                                   rate_limited,
                                   refused_by_server_error,
                                   lost_request,
                                   done_but_server_error,
                                   lost_reply,
                                   bad_answer,
                                   late,
                                   waits};
constexpr std::array of_create_server{crash_before,
                                      crash_after,
                                      repeated,
                                      not_sent,
                                      unauthorized,
                                      forbidden,
                                      quota,
                                      conflict,
                                      unavailable,
                                      invalid,
                                      locked,
                                      rate_limited,
                                      refused_by_server_error,
                                      lost_request,
                                      done_but_server_error,
                                      lost_reply,
                                      bad_answer,
                                      late,
                                      waits,
                                      never_boots,
                                      no_address,
                                      vanishes,
                                      stranger_answers,
                                      action_fails};
constexpr std::array of_delete_server{crash_before,
                                      crash_after,
                                      repeated,
                                      not_sent,
                                      unauthorized,
                                      forbidden,
                                      conflict,
                                      locked,
                                      protected_resource,
                                      rate_limited,
                                      refused_by_server_error,
                                      lost_request,
                                      done_but_server_error,
                                      lost_reply,
                                      bad_answer,
                                      late,
                                      waits};
constexpr std::array of_wait{crash_before, crash_after, not_sent, unauthorized, rate_limited, refused_by_server_error,
                             lost_reply,   action_fails};
constexpr std::array of_reach{crash_before, crash_after, refuses, stalls, denies, wrong_host_key, broken};
constexpr std::array of_recipe{crash_before,   crash_after,  repeated,     refuses,     closes,
                               stalls,         denies,       wrong_host_key, broken,    recipe_fails,
                               recipe_hangs,   ssh_changes,  ssh_changes_and_closes};
constexpr std::array of_prepare{crash_before, crash_after, repeated,       refuses, closes,
                                stalls,       denies,      wrong_host_key, broken};
constexpr std::array of_hand_over{crash_before, crash_after, repeated,       refuses, closes,
                                  stalls,       denies,      wrong_host_key, broken,  half_way};

}  // namespace

std::string_view name(site s) {
    return site_names[static_cast<std::size_t>(s)];
}
std::string_view name(fault f) {
    return fault_names[static_cast<std::size_t>(f)];
}

std::optional<fault> fault_named(std::string_view text) {
    for (std::size_t i = 0; i < fault_names.size(); ++i)
        if (fault_names[i] == text) return static_cast<fault>(i);
    return {};
}

std::span<const fault> possible(site s) {
    switch (s) {
        case site::append:
            return of_append;
        case site::read_log:
            return of_read;
        case site::open_project:
            return of_open;
        case site::create_key:
            return of_create_key;
        case site::find_key:
        case site::find_server:
            return of_find;
        case site::delete_key:
            return of_delete_key;
        case site::create_server:
            return of_create_server;
        case site::delete_server:
            return of_delete_server;
        case site::wait_actions:
            return of_wait;
        case site::reach_ssh:
            return of_reach;
        case site::run_recipe:
            return of_recipe;
        case site::prepare_keys:
            return of_prepare;
        case site::hand_over:
            return of_hand_over;
        case site::lease:
            return of_lease;
        case site::survey:
            return of_find;
    }
    return {};
}

fault planned_faults::choose(site s) {
    const std::size_t number = calls.size();
    calls.push_back(s);
    const int of_this = ++count_[s];
    if (const auto it = at.find(number); it != at.end()) return it->second;
    if (const auto it = nth.find({s, of_this}); it != nth.end()) return it->second;
    return otherwise ? otherwise(s) : fault::none;
}

}  // namespace slipway::simulated
