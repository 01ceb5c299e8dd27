// The machine of one VM: its transition table, and the pure functions over it that the whole program shares. The same
// evolve() is used when deciding, appending, restarting, inspecting and simulating; there is no second way to change a
// state.
//
//   decide(state, command)   -> the events that the command causes, or why not
//   wants(state)             -> the side effect that the state calls for, or none
//   settle(state, outcome)   -> the events that an attempt's outcome causes (plan.hpp says when to try again)
//   evolve(state, event)     -> the next state, or which row or guard says no
#pragma once

#include "engine/machines/spine.hpp"
#include "engine/model/effect.hpp"
#include "engine/model/error.hpp"
#include "engine/model/record.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace slipway {

struct vm_table {
    using data = spine;
    using events =
        sml::events<vm_requested, step_started, key_created, server_created, ssh_ready, recipe_run, host_keys_prepared,
                    activated, step_failed, end_requested, server_deleted, key_deleted, key_kept, cleaned_up, failed,
                    terminated, termination_failed, termination_retried, command_refused>;
    using terminal = sml::state_names<"terminated">;
    using waiting = sml::state_names<"accepted", "key_created", "server_created", "ssh_ready", "recipe_run",
                                     "cleaning_up", "terminating">;
    using escapes = sml::events<step_failed, failed, termination_failed>;

    // clang-format off
    constexpr auto operator()() const {
        using namespace sml;
        using sml::event;
        using namespace spine_rows;
        return make_transition_table(
            provisioning(),
            cleaning(),
            terminating(),

            "accepted"_s           + event<vm_requested> [ is_new ] / keep_request,
            "active"_s             + event<end_requested> / keep_end = "terminating"_s,

            "accepted"_s           + event<command_refused>,
            "key_created"_s        + event<command_refused>,
            "server_created"_s     + event<command_refused>,
            "ssh_ready"_s          + event<command_refused>,
            "recipe_run"_s         + event<command_refused>,
            "active"_s             + event<command_refused>,
            "cleaning_up"_s        + event<command_refused>,
            "failed"_s             + event<command_refused>,
            "terminating"_s        + event<command_refused>,
            "terminated"_s         + event<command_refused>,
            "termination_failed"_s + event<command_refused>,

            "accepted"_s           + refused<server_created, ssh_ready, recipe_run, host_keys_prepared, activated,
                                             server_deleted, key_deleted, key_kept, cleaned_up, failed, terminated,
                                             termination_failed, termination_retried>,
            "key_created"_s        + refused<vm_requested, key_created, ssh_ready, recipe_run, host_keys_prepared,
                                             activated, server_deleted, key_deleted, key_kept, cleaned_up, failed,
                                             terminated, termination_failed, termination_retried>,
            "server_created"_s     + refused<vm_requested, key_created, server_created, recipe_run, host_keys_prepared,
                                             activated, server_deleted, key_deleted, key_kept, cleaned_up, failed,
                                             terminated, termination_failed, termination_retried>,
            "ssh_ready"_s          + refused<vm_requested, key_created, server_created, ssh_ready, host_keys_prepared,
                                             activated, server_deleted, key_deleted, key_kept, cleaned_up, failed,
                                             terminated, termination_failed, termination_retried>,
            "recipe_run"_s         + refused<vm_requested, key_created, server_created, ssh_ready, recipe_run,
                                             server_deleted, key_deleted, key_kept, cleaned_up, failed, terminated,
                                             termination_failed, termination_retried>,
            "active"_s             + refused<vm_requested, step_started, key_created, server_created, ssh_ready,
                                             recipe_run, host_keys_prepared, activated, step_failed, server_deleted,
                                             key_deleted, key_kept, cleaned_up, failed, terminated, termination_failed,
                                             termination_retried>,
            "cleaning_up"_s        + refused<vm_requested, key_created, server_created, ssh_ready, recipe_run,
                                             host_keys_prepared, activated, terminated, termination_failed,
                                             termination_retried>,
            "failed"_s             + refused<vm_requested, step_started, key_created, server_created, ssh_ready,
                                             recipe_run, host_keys_prepared, activated, step_failed, server_deleted,
                                             key_deleted, key_kept, cleaned_up, failed, terminated, termination_failed,
                                             termination_retried>,
            "terminating"_s        + refused<vm_requested, ssh_ready, recipe_run, host_keys_prepared, activated,
                                             end_requested, cleaned_up, failed, termination_retried>,
            "terminated"_s         + refused<vm_requested, step_started, key_created, server_created, ssh_ready,
                                             recipe_run, host_keys_prepared, activated, step_failed, end_requested,
                                             server_deleted, key_deleted, key_kept, cleaned_up, failed, terminated,
                                             termination_failed, termination_retried>,
            "termination_failed"_s + refused<vm_requested, step_started, key_created, server_created, ssh_ready,
                                             recipe_run, host_keys_prepared, activated, step_failed, end_requested,
                                             server_deleted, key_deleted, key_kept, cleaned_up, failed, terminated,
                                             termination_failed>);
    }
    // clang-format on
};

using vm_machine = sml::machine<vm_table>;

inline constexpr std::string_view vm_kind = "vm";

struct vm_state {
    vm_machine::state at = vm_machine::initial;
    spine data;
    std::uint64_t version = 0;  // of the last event; 0 before the first

    std::string_view state_name() const { return vm_machine::name(at); }
    bool in(std::string_view state) const { return state_name() == state; }
};

// Commands: what adapters may ask for.
struct request_vm {
    vm_spec spec;
    std::string owner;
};
struct end_vm {
    std::string reason;
};
using vm_command = std::variant<request_vm, end_vm>;

struct refusal {
    std::string rule;  // the row or guard that said no
    std::string why;   // a sentence for people
};

[[noreturn]] inline void throw_exception_from_error(const refusal& r, const boost::source_location&) {
    throw std::logic_error("refused: " + r.why);
}

using decision = boost::system::result<std::vector<event>, refusal>;

decision decide(const vm_state& state, const vm_command& command);

std::optional<effect> wants(const vm_state& state);

// Applies one event. On error the state is unchanged and the message names the state, the event and the rule.
result<void> evolve(vm_state& state, const event& e);

// Folds the records of one stream, from its first. The first must be the request.
result<vm_state> replay(std::span<const event_record> records);

// Adds to `events` what follows from them without any side effect: the end of a clean-up or of a termination.
std::vector<event> conclude(const vm_state& state, std::vector<event> events);

// The cached head of the stream in this state (hash is the log's business).
stream_head head_of(const vm_state& state, const stream_id& stream);

}  // namespace slipway
