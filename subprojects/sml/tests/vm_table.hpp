// The machine the tests share: a virtual machine's life, small but with every feature of a table.
#pragma once

#include "sml/sml.hpp"

namespace vm_test {

struct life {
    int tries = 0;
    int key = 0;
    int server = 0;
    bool leaked = false;
    friend constexpr bool operator==(const life&, const life&) = default;
};

struct key_created {
    static constexpr std::string_view name = "key_created";
    int id = 0;
};
struct server_created {
    static constexpr std::string_view name = "server_created";
    int id = 0;
};
struct ssh_ready {
    static constexpr std::string_view name = "ssh_ready";
};
struct step_failed {
    static constexpr std::string_view name = "step_failed";
    bool final = false;
};
struct cleaned_up {
    static constexpr std::string_view name = "cleaned_up";
    bool leaked = false;
};
struct cancelled {
    static constexpr std::string_view name = "cancelled";
};

constexpr int most_tries = 3;

inline constexpr auto keep_key = sml::action<"keep_key">([](life& l, const key_created& e) { l.key = e.id; });
inline constexpr auto keep_server =
    sml::action<"keep_server">([](life& l, const server_created& e) { l.server = e.id; });
inline constexpr auto keep_leak = sml::action<"keep_leak">([](life& l, const cleaned_up& e) { l.leaked = e.leaked; });
inline constexpr auto plan_retry = sml::action<"plan_retry">([](life& l) { ++l.tries; });
inline constexpr auto forget_tries = sml::action<"forget_tries">([](life& l) { l.tries = 0; });
inline constexpr auto tries_left = sml::guard<"tries_left">([](const life& l) { return l.tries < most_tries; });
inline constexpr auto is_final = sml::guard<"is_final">([](const step_failed& e) { return e.final; });

// clang-format off
constexpr auto spine_rows() {
    using namespace sml;
    return sml::rows(
        *"accepted"_s        + event<key_created>    / (keep_key, forget_tries)      = "key_created"_s,
         "accepted"_s        + event<step_failed>    [ tries_left && !is_final ] / plan_retry,
         "accepted"_s        + event<step_failed>                                    = "cleaning_up"_s,
         "key_created"_s     + event<server_created> / (keep_server, forget_tries)   = "server_created"_s,
         "key_created"_s     + event<step_failed>    [ tries_left && !is_final ] / plan_retry,
         "key_created"_s     + event<step_failed>                                    = "cleaning_up"_s,
         "server_created"_s  + event<ssh_ready>      / forget_tries                  = "active"_s,
         "cleaning_up"_s    <= "server_created"_s    + event<step_failed>);
}

struct table {
    using data     = life;
    using events   = sml::events<key_created, server_created, ssh_ready, step_failed, cleaned_up, cancelled>;
    using terminal = sml::state_names<"failed", "terminated">;
    using waiting  = sml::state_names<"accepted", "key_created", "server_created">;
    using escapes  = sml::events<step_failed, cancelled>;
    using renamed  = sml::renames<sml::was<"running", "active">, sml::was<"deleting", "terminating">>;

    constexpr auto operator()() const {
        using namespace sml;
        constexpr auto is_leak = [](const life&, const cleaned_up& e) { return e.leaked; };   // unnamed
        using steps = sml::events<key_created, server_created, ssh_ready>;
        return make_transition_table(
            spine_rows(),
            sml::rows(
                "accepted"_s       + event<cancelled> = "cleaning_up"_s,
                "key_created"_s    + event<cancelled> = "cleaning_up"_s,
                "server_created"_s + event<cancelled> = "cleaning_up"_s,
                "active"_s         + event<cancelled> = "terminating"_s),
            "cleaning_up"_s + event<cleaned_up>  / keep_leak  = "failed"_s,
            "cleaning_up"_s + event<step_failed> / plan_retry = "cleaning_up"_s,
            "terminating"_s + event<cleaned_up>  [ !tries_left || is_leak ] / keep_leak,
            "terminating"_s + event<cleaned_up>  = "terminated"_s,
            "terminating"_s + event<step_failed> [ tries_left ] / plan_retry,

            "accepted"_s       + sml::refused<server_created, ssh_ready, cleaned_up>,
            "key_created"_s    + sml::refused<key_created, ssh_ready, cleaned_up>,
            "server_created"_s + sml::refused<key_created, server_created, cleaned_up>,
            "active"_s         + sml::refused<steps, step_failed, cleaned_up>,
            "cleaning_up"_s    + sml::refused<steps, cancelled>,
            "terminating"_s    + sml::refused<steps, cancelled>,
            "failed"_s         + sml::refused<events>,
            "terminated"_s     + sml::refused<events>);
    }
};
// clang-format on

using vm = sml::machine<table>;

}  // namespace vm_test
