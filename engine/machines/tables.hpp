// The transition tables: `vm` for what is requested directly (CLI, API, Discord), `contract` for what a buyer's contract
// asks for. They differ in their first event, and a contract may end by its own clock. `audit` keeps what audits of one
// Hetzner project have found; it wants nothing done. Pure. Who only asks for states includes vm.hpp, which is lighter.
#pragma once

#include "engine/machines/spine_rows.hpp"

namespace slipway {

template <class Opening>
struct life_table {
    using data = vm_memory;
    using events =
        sml::events<Opening, step_started, key_created, server_created, ssh_ready, recipe_run, host_keys_prepared,
                    activated, step_failed, end_requested, server_deleted, key_deleted, key_kept, cleaned_up, failed,
                    terminated, termination_failed, termination_retried, held, adopted, command_refused>;
    using terminal = sml::state_names<"terminated">;
    using waiting = sml::state_names<"accepted", "key_created", "server_created", "ssh_ready", "recipe_run",
                                     "cleaning_up", "terminating">;
    using escapes = sml::events<step_failed, failed, termination_failed>;
};

// clang-format off

struct vm_table : life_table<vm_requested> {
    constexpr auto operator()() const {
        using namespace sml;
        using sml::event;  // slipway::event is the variant
        using namespace spine_rows;
        return make_transition_table(
            provisioning(),
            cleaning(),
            terminating(),
            another_history(),
            refusals<vm_requested>(),
            "accepted"_s + event<vm_requested> [ is_new ] / keep_request);
    }
};

struct contract_table : life_table<contract_accepted> {
    constexpr auto operator()() const {
        using namespace sml;
        using sml::event;  // slipway::event is the variant
        using namespace spine_rows;
        return make_transition_table(
            provisioning(),
            cleaning(),
            terminating(),
            another_history(),
            refusals<contract_accepted>(),
            "accepted"_s + event<contract_accepted> [ is_new ] / keep_contract);
    }
};

namespace audit_rows {

inline constexpr auto finds_something =
    sml::guard<"finds_something">([](const audited&, const audited& e) { return !e.findings.empty(); });
inline constexpr auto keep_audit = sml::action<"keep_audit">([](audited& last, const audited& e) { last = e; });

}  // namespace audit_rows

struct audit_table {
    using data = audited;  // the last one
    using events = sml::events<audited, command_refused>;
    using terminal = sml::state_names<>;

    constexpr auto operator()() const {
        using namespace sml;
        using sml::event;  // slipway::event is the variant
        using namespace audit_rows;
        return make_transition_table(
           *"opened"_s  + event<audited> [ finds_something ] / keep_audit = "differs"_s,
            "opened"_s  + event<audited>                     / keep_audit = "clean"_s,
            "clean"_s   + event<audited> [ finds_something ] / keep_audit = "differs"_s,
            "clean"_s   + event<audited>                     / keep_audit,
            "differs"_s + event<audited> [ finds_something ] / keep_audit,
            "differs"_s + event<audited>                     / keep_audit = "clean"_s,
            "clean"_s   + event<command_refused>,
            "differs"_s + event<command_refused>,
            event<command_refused> + refused_in<"opened">);
    }
};

// clang-format on

using vm_machine = sml::machine<vm_table>;
using contract_machine = sml::machine<contract_table>;
using audit_machine = sml::machine<audit_table>;

}  // namespace slipway
