// The transition tables: `vm` for what is requested directly (CLI, API, Discord), `contract` for what a buyer's contract
// asks for. They differ in their first event, and a contract may end by its own clock.
#pragma once

#include "engine/machines/spine_rows.hpp"

namespace slipway {

template <class Opening>
struct life_table {
    using data = spine;
    using events =
        sml::events<Opening, step_started, key_created, server_created, ssh_ready, recipe_run, host_keys_prepared,
                    activated, step_failed, end_requested, server_deleted, key_deleted, key_kept, cleaned_up, failed,
                    terminated, termination_failed, termination_retried, command_refused>;
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
            refusals<contract_accepted>(),
            "accepted"_s + event<contract_accepted> [ is_new ] / keep_contract);
    }
};

// clang-format on

using vm_machine = sml::machine<vm_table>;
using contract_machine = sml::machine<contract_table>;

}  // namespace slipway
