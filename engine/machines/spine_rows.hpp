// The rows of a VM's life, from `accepted` to `active` or `failed`, and from there to `terminated`, written once for all
// machines (tables.hpp), with the guards and actions that they name.
//
// Pure: a row changes the data and nothing else. Which side effect a state calls for is said by wants() (vm.hpp).
#pragma once

#include "engine/machines/spine.hpp"
#include "sml/sml.hpp"

#include <stdexcept>

namespace slipway {

namespace spine_rows {

inline constexpr auto is_new = sml::guard<"is_new">([](const vm_memory& s) { return s.version == 0; });
inline constexpr auto retry_planned =
    sml::guard<"retry_planned">([](const spine&, const step_failed& e) { return e.retry_at.has_value(); });
inline constexpr auto has_leaks = sml::guard<"has_leaks">([](const spine& s) { return !s.leaked.empty(); });
inline constexpr auto nothing_left = sml::guard<"nothing_left">([](const spine& s) {
    return (!s.server_may_exist() || s.leaks(resource_kind::server)) && (!s.key_may_exist() || s.leaks(resource_kind::ssh_key));
});
inline constexpr auto all_gone =
    sml::guard<"all_gone">([](const spine& s) { return !s.server_may_exist() && !s.key_may_exist(); });

// A step is over: the next one starts with a clean count.
inline void step_over(spine& s) {
    s.intent.reset();
    s.doubtful.reset();
    s.attempts = 0;
    s.waits = 0;
    s.retry_at.reset();
}

// Where a request may have been carried out, there the stream is; one that was never sent binds it to nothing.
inline void bind_in_doubt(spine& s) {
    if (s.project.empty() && s.intent) s.project = s.intent->project;
}

// Where a request was answered, there the project is.
inline void seen_in(spine& s, const std::string& project) {
    if (!project.empty()) s.project = project;
}

inline constexpr auto keep_request = sml::action<"keep_request">([](spine& s, const vm_requested& e) {
    s.spec = e.spec;
    s.owner = e.owner;
});

inline constexpr auto keep_contract = sml::action<"keep_contract">([](spine& s, const contract_accepted& e) {
    s.spec = e.spec;
    s.owner = e.owner;
    s.contract_id = e.contract_id;
    s.offering = e.offering;
    s.expires_at = e.expires_at;
});

// A process that died left its intent without a result: what it asked for may have been done.
inline constexpr auto note_intent = sml::action<"note_intent">([](spine& s, const step_started& e) {
    bind_in_doubt(s);
    s.key_unknown = s.keys_in_doubt();
    s.server_unknown = s.servers_in_doubt();
    if (s.may_have_begun(e.step)) s.doubtful = e.step;
    s.intent = e;
    s.retry_at.reset();
    if (e.step == step::create_server) s.asked_name = e.server_name;
    if (!e.order.empty()) s.orders.push_back(e.order);
});

inline constexpr auto keep_key = sml::action<"keep_key">([](spine& s, const key_created& e) {
    step_over(s);
    s.key = key_reference{e.key_id, e.ours};
    s.key_unknown = e.still_unknown;
    seen_in(s, e.project);
});

inline constexpr auto keep_server = sml::action<"keep_server">([](spine& s, const server_created& e) {
    step_over(s);
    s.server = server_reference{e.server_id, e.server_name, e.server_type, e.location,
                                e.ipv4,      e.ipv6,        e.actions,     e.host_key};
    s.server_unknown = e.still_unknown;
    seen_in(s, e.project);
});

inline constexpr auto keep_address = sml::action<"keep_address">([](spine& s, const ssh_ready& e) {
    step_over(s);
    s.address = e.address;
});

inline constexpr auto keep_recipe_result = sml::action<"keep_recipe_result">([](spine& s, const recipe_run& e) {
    step_over(s);
    s.recipe = e;
    s.prepared_in_use = s.something_ran() && !s.prepared_host_keys.empty();
});

inline constexpr auto keep_prepared = sml::action<"keep_prepared">([](spine& s, const host_keys_prepared& e) {
    step_over(s);
    s.prepared_host_keys = e.host_keys;
});

inline constexpr auto keep_host_keys = sml::action<"keep_host_keys">([](spine& s, const activated& e) {
    step_over(s);
    s.address = e.address;
    s.host_keys = e.host_keys;
    s.missing = e.missing;
});

// The attempt is over. Where it may have changed something after all, that is remembered.
inline void attempt_over(spine& s, const step_failed& e) {
    if (e.unknown && creates(e.step, resource_kind::server)) ++s.server_unknown;
    if (e.unknown && creates(e.step, resource_kind::ssh_key)) ++s.key_unknown;
    if (e.unknown) s.doubtful = e.step;
    if (e.unknown) bind_in_doubt(s);
    s.intent.reset();
}

inline constexpr auto plan_retry = sml::action<"plan_retry">([](spine& s, const step_failed& e) {
    attempt_over(s, e);
    s.retry_at = e.retry_at;
    if (e.counted) ++s.attempts;
    s.waits = e.counted ? 0 : s.waits + 1;
    if (e.next == variation::next_candidate && s.candidate_index + 1 < s.spec.candidates.size()) {
        ++s.candidate_index;
        s.attempts = 0;
    }
    if (e.next == variation::next_name) {
        ++s.name_suffix;
        s.attempts = 0;
    }
});

inline constexpr auto keep_failure = sml::action<"keep_failure">([](spine& s, const step_failed& e) {
    attempt_over(s, e);
    step_over(s);
    failed why;
    why.step = e.step;
    why.code = e.code;
    why.message = e.message;
    why.output = e.output;
    s.failure = why;
});

inline leak left_behind(const spine& s, resource_kind kind, const std::string& why) {
    switch (kind) {
        case resource_kind::server:
            return {kind, s.server ? s.server->id : 0, s.server ? s.server->name : s.asked_name, why};
        case resource_kind::ssh_key:
            return {kind, s.key ? s.key->id : 0, s.spec.key_name, why};
    }
    throw std::logic_error("a kind of resource that nobody can leave behind");
}

// What cannot be deleted is written down, and the end goes on without it.
inline constexpr auto keep_leak = sml::action<"keep_leak">([](spine& s, const step_failed& e) {
    step_over(s);
    if (const auto kind = properties_of(e.step).resource) {
        leak left = left_behind(s, *kind, e.message);
        left.held = e.code == failure_code::other_history;
        s.leaked.push_back(std::move(left));
    }
});

// What could not be deleted is gone after all. One that is in doubt beside it is left until it turns up or cannot any more.
inline void leak_gone(spine& s, resource_kind kind, bool in_doubt) {
    for (leak& l : s.leaked) l.id = l.kind == kind ? 0 : l.id;
    if (!in_doubt) std::erase_if(s.leaked, [&](const leak& l) { return l.kind == kind; });
}

inline constexpr auto keep_hold = sml::action<"keep_hold">([](spine& s, const held& e) {
    step_over(s);
    s.held = e;
});

inline constexpr auto keep_adopted = sml::action<"keep_adopted">([](spine& s, const adopted& e) {
    step_over(s);
    s.held.reset();
    s.failure.reset();
    s.leaked.clear();
    if (s.spec.name.empty()) {
        s.spec.name = e.server_name;
        s.spec.provider = e.provider;
        s.spec.candidates.push_back(candidate{e.server_type, e.location, 0});
        s.spec.key_fingerprint = e.key_fingerprint;
        s.spec.app = "none";
        s.owner = e.owner;
        s.contract_id = e.contract_id;
        s.expires_at = e.expires_at;
    }
    s.server = server_reference{e.server_id, e.server_name, e.server_type, e.location, e.ipv4, e.ipv6, {}, {}};
    s.server_unknown = 0;
    if (e.key_id != 0) s.key = key_reference{e.key_id, true};
    s.key_unknown = 0;
    s.address = e.ipv4;
    seen_in(s, e.project);
});

inline constexpr auto keep_end = sml::action<"keep_end">([](spine& s, const end_requested& e) {
    // A request to Hetzner that is in the air is not called back; its answer is still to come and will be recorded.
    s.attempts = 0;
    s.waits = 0;
    s.retry_at.reset();
    s.held.reset();
    s.leaked.clear();
    if (e.reason != retry_termination || s.end_reason.empty()) s.end_reason = e.reason;
});

inline constexpr auto forget_leaks = sml::action<"forget_leaks">([](spine& s) {
    step_over(s);
    s.leaked.clear();
});

// The one that was known is gone; others may still come. Where none was known, one that came late is gone, or the time
// in which one could come is over.
inline int fewer_unknown(bool was_known, bool existed, int unknown) {
    if (was_known) return unknown;
    return existed && unknown > 0 ? unknown - 1 : 0;
}

inline constexpr auto drop_server = sml::action<"drop_server">([](spine& s, const server_deleted& e) {
    step_over(s);
    s.server_unknown = fewer_unknown(s.server.has_value(), e.existed, s.server_unknown);
    if (s.server) s.last_server = s.server;
    s.server.reset();
    leak_gone(s, resource_kind::server, s.server_may_exist());
    seen_in(s, e.project);
});

inline constexpr auto drop_key = sml::action<"drop_key">([](spine& s, const key_deleted& e) {
    step_over(s);
    s.key_unknown = fewer_unknown(s.key.has_value(), e.existed, s.key_unknown);
    s.key.reset();
    leak_gone(s, resource_kind::ssh_key, s.key_may_exist());
});

inline constexpr auto leave_key = sml::action<"leave_key">([](spine& s, const key_kept&) {
    step_over(s);
    s.key_unknown = fewer_unknown(s.key.has_value(), true, s.key_unknown);
    s.key.reset();
    leak_gone(s, resource_kind::ssh_key, s.key_may_exist());
});

// clang-format off

// From the request to a VM that is in its owner's hands.
constexpr auto provisioning() {
    using namespace sml;
    using sml::event;  // slipway::event is the variant
    return rows(
       *"accepted"_s       + event<step_started>                      / note_intent,
        "accepted"_s       + event<key_created>                       / keep_key            = "key_created"_s,
        "accepted"_s       + event<step_failed>      [ retry_planned ] / plan_retry,
        "accepted"_s       + event<step_failed>                       / keep_failure        = "cleaning_up"_s,
        "accepted"_s       + event<end_requested>                     / keep_end            = "terminating"_s,

        "key_created"_s    + event<step_started>                      / note_intent,
        "key_created"_s    + event<server_created>                    / keep_server         = "server_created"_s,
        "key_created"_s    + event<step_failed>      [ retry_planned ] / plan_retry,
        "key_created"_s    + event<step_failed>                       / keep_failure        = "cleaning_up"_s,
        "key_created"_s    + event<end_requested>                     / keep_end            = "terminating"_s,

        "server_created"_s + event<step_started>                      / note_intent,
        "server_created"_s + event<ssh_ready>                         / keep_address        = "ssh_ready"_s,
        "server_created"_s + event<step_failed>      [ retry_planned ] / plan_retry,
        "server_created"_s + event<step_failed>                       / keep_failure        = "cleaning_up"_s,
        "server_created"_s + event<end_requested>                     / keep_end            = "terminating"_s,

        "ssh_ready"_s      + event<step_started>                      / note_intent,
        "ssh_ready"_s      + event<host_keys_prepared>                / keep_prepared,
        "ssh_ready"_s      + event<recipe_run>                        / keep_recipe_result  = "recipe_run"_s,
        "ssh_ready"_s      + event<step_failed>      [ retry_planned ] / plan_retry,
        "ssh_ready"_s      + event<step_failed>                       / keep_failure        = "cleaning_up"_s,
        "ssh_ready"_s      + event<end_requested>                     / keep_end            = "terminating"_s,

        "recipe_run"_s     + event<step_started>                      / note_intent,
        "recipe_run"_s     + event<host_keys_prepared>                / keep_prepared,
        "recipe_run"_s     + event<activated>                         / keep_host_keys      = "active"_s,
        "recipe_run"_s     + event<step_failed>      [ retry_planned ] / plan_retry,
        "recipe_run"_s     + event<step_failed>                       / keep_failure        = "cleaning_up"_s,
        "recipe_run"_s     + event<end_requested>                     / keep_end            = "terminating"_s
    );
}

// What went wrong on the way is taken back: first the server, then the key.
constexpr auto cleaning() {
    using namespace sml;
    using sml::event;  // slipway::event is the variant
    return rows(
        "cleaning_up"_s    + event<step_started>                      / note_intent,
        "cleaning_up"_s    + event<server_deleted>                    / drop_server,
        "cleaning_up"_s    + event<key_deleted>                       / drop_key,
        "cleaning_up"_s    + event<key_kept>                          / leave_key,
        "cleaning_up"_s    + event<step_failed>      [ retry_planned ] / plan_retry,
        "cleaning_up"_s    + event<step_failed>                       / keep_leak,
        "cleaning_up"_s    + event<cleaned_up>       [ nothing_left ],
        "cleaning_up"_s    + event<failed>           [ nothing_left ]                       = "failed"_s,
        "cleaning_up"_s    + event<end_requested>                     / keep_end            = "terminating"_s,

        "failed"_s         + event<server_deleted>   [ has_leaks ]    / drop_server,
        "failed"_s         + event<key_deleted>      [ has_leaks ]    / drop_key,
        "failed"_s         + event<key_kept>         [ has_leaks ]    / leave_key,
        "failed"_s         + event<end_requested>    [ has_leaks ]    / keep_end            = "terminating"_s
    );
}

// An older log beside a younger world: what is there is not touched, and is taken in when somebody says so. A stream
// that the log has never heard of begins with that.
constexpr auto another_history() {
    using namespace sml;
    using sml::event;  // slipway::event is the variant
    return rows(
        "accepted"_s       + event<adopted>                           / keep_adopted        = "active"_s,
        "key_created"_s    + event<held>                              / keep_hold,
        "key_created"_s    + event<adopted>                           / keep_adopted        = "active"_s,
        "server_created"_s + event<held>                              / keep_hold,
        "server_created"_s + event<adopted>                           / keep_adopted        = "active"_s,
        "ssh_ready"_s      + event<held>                              / keep_hold,
        "ssh_ready"_s      + event<adopted>                           / keep_adopted        = "active"_s,
        "recipe_run"_s     + event<held>                              / keep_hold,
        "recipe_run"_s     + event<adopted>                           / keep_adopted        = "active"_s,
        "cleaning_up"_s    + event<adopted>                           / keep_adopted        = "active"_s,
        // Its end has been asked for already: that is then what happens to it.
        "terminating"_s    + event<adopted>                           / keep_adopted,
        "termination_failed"_s + event<adopted>                       / keep_adopted        = "terminating"_s
    );
}

// The end. A reply that arrives late is still recorded, so that what it created is deleted too.
constexpr auto terminating() {
    using namespace sml;
    using sml::event;  // slipway::event is the variant
    return rows(
        "active"_s         + event<end_requested>                     / keep_end            = "terminating"_s,

        "terminating"_s    + event<step_started>                      / note_intent,
        "terminating"_s    + event<key_created>                       / keep_key,
        "terminating"_s    + event<server_created>                    / keep_server,
        "terminating"_s    + event<server_deleted>                    / drop_server,
        "terminating"_s    + event<key_deleted>                       / drop_key,
        "terminating"_s    + event<key_kept>                          / leave_key,
        "terminating"_s    + event<step_failed>      [ retry_planned ] / plan_retry,
        "terminating"_s    + event<step_failed>                       / keep_leak,
        "terminating"_s    + event<terminated>       [ all_gone ]                           = "terminated"_s,
        "terminating"_s    + event<termination_failed> [ nothing_left ]                     = "termination_failed"_s,

        "termination_failed"_s + event<server_deleted>                / drop_server,
        "termination_failed"_s + event<key_deleted>                   / drop_key,
        "termination_failed"_s + event<key_kept>                      / leave_key,
        "termination_failed"_s + event<terminated>   [ all_gone ]                           = "terminated"_s,
        "termination_failed"_s + event<termination_retried>           / forget_leaks        = "terminating"_s
    );
}

// What is not allowed, on purpose, event by event. `Opening` is the machine's first event, which comes once.
template <class Opening>
constexpr auto refusals() {
    using namespace sml;
    using sml::event;  // slipway::event is the variant
    return rows(
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

        // A new state must say what it does on these …
        event<step_started>        + refused_in<"active", "failed", "terminated", "termination_failed">,
        event<step_failed>         + refused_in<"active", "failed", "terminated", "termination_failed">,
        event<end_requested>       + refused_in<"terminating", "terminated", "termination_failed">,
        // … and these are the news of the states that wait for them.
        event<Opening>             + refused_elsewhere,
        event<key_created>         + refused_elsewhere,
        event<server_created>      + refused_elsewhere,
        event<ssh_ready>           + refused_elsewhere,
        event<recipe_run>          + refused_elsewhere,
        event<host_keys_prepared>  + refused_elsewhere,
        event<activated>           + refused_elsewhere,
        event<server_deleted>      + refused_elsewhere,
        event<key_deleted>         + refused_elsewhere,
        event<key_kept>            + refused_elsewhere,
        event<cleaned_up>          + refused_elsewhere,
        event<failed>              + refused_elsewhere,
        event<terminated>          + refused_elsewhere,
        event<termination_failed>  + refused_elsewhere,
        event<termination_retried> + refused_elsewhere,
        event<held>                + refused_elsewhere,
        event<adopted>             + refused_elsewhere
    );
}

// clang-format on

}  // namespace spine_rows

}  // namespace slipway
