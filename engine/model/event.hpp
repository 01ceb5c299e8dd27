// What can happen to a VM, as facts in the past tense. These structs are the `data` of the event log: a member's name
// is its JSON key, `name` and `version` are what is stored beside it. schema/FORMAT.md explains each. Never rename; add
// a later_field, or raise `version` and write an upcaster. `completes` names the step whose success the event is.
//
// No secret is ever a member: keys are public lines, recipes are the user's own text.
#pragma once

#include "engine/model/finding.hpp"
#include "engine/model/vm_spec.hpp"
#include "engine/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace slipway {

struct vm_requested {
    static constexpr std::string_view name = "vm_requested";
    static constexpr int version = 1;
    vm_spec spec;
    std::string owner;
    static constexpr auto fields = std::tuple{field("spec", &vm_requested::spec), field("owner", &vm_requested::owner)};
    friend bool operator==(const vm_requested&, const vm_requested&) = default;
};

// A buyer's contract for a VM of a provider's offering; the offering's configuration and its recipe are snapshotted here.
struct contract_accepted {
    static constexpr std::string_view name = "contract_accepted";
    static constexpr int version = 1;
    std::string contract_id;  // as the marketplace knows it
    std::string offering;
    vm_spec spec;
    std::string owner;                    // the buyer
    std::optional<timestamp> expires_at;  // then it ends by itself
    static constexpr auto fields =
        std::tuple{field("contract_id", &contract_accepted::contract_id),
                   field("offering", &contract_accepted::offering), field("spec", &contract_accepted::spec),
                   field("owner", &contract_accepted::owner), field("expires_at", &contract_accepted::expires_at)};
    friend bool operator==(const contract_accepted&, const contract_accepted&) = default;
};

// The intent: written before the side effect. Without a result behind it, the outcome is unknown.
struct step_started {
    static constexpr std::string_view name = "step_started";
    static constexpr int version = 1;
    slipway::step step{};
    int attempt = 1;
    std::string server_name;              // create_server: the name that is asked for
    std::optional<candidate> candidate_;  // create_server: where and what
    timestamp at;                         // when it began, for people
    std::string order = {};                    // create_server: what the server that this request makes is marked with
    std::string project = {};                  // what makes something: which token opens the project (cloud.hpp: token_mark)
    static constexpr auto fields =
        std::tuple{field("step", &step_started::step), field("attempt", &step_started::attempt),
                   field("server_name", &step_started::server_name), field("candidate", &step_started::candidate_),
                   field("at", &step_started::at), later_field("order", &step_started::order),
                   later_field("project", &step_started::project)};
    friend bool operator==(const step_started&, const step_started&) = default;
};

struct key_created {
    static constexpr std::string_view name = "key_created";
    static constexpr slipway::step completes = slipway::step::register_key;
    static constexpr int version = 1;
    std::int64_t key_id = 0;
    std::string fingerprint;
    bool ours = false;      // slipway put it there (now or for another VM); only then may it be deleted
    int still_unknown = 0;  // earlier requests for it that may yet be carried out
    std::string project = {};    // as step_started's
    static constexpr auto fields =
        std::tuple{field("key_id", &key_created::key_id), field("fingerprint", &key_created::fingerprint),
                   field("ours", &key_created::ours), field("still_unknown", &key_created::still_unknown),
                   later_field("project", &key_created::project)};
    friend bool operator==(const key_created&, const key_created&) = default;
};

struct server_created {
    static constexpr std::string_view name = "server_created";
    static constexpr slipway::step completes = slipway::step::create_server;
    static constexpr int version = 1;
    std::int64_t server_id = 0;
    std::string server_name;
    std::string server_type;
    std::string location;
    std::string ipv4;  // empty where the server came without one
    std::string ipv6;
    std::vector<std::int64_t> actions;  // to be waited for
    bool adopted = false;               // found by name and label after an outcome was unknown
    std::string host_key;               // the public line that was sent along and that the host must show
    int still_unknown = 0;              // earlier requests for it that may yet be carried out
    std::string project = {};                // as step_started's
    static constexpr auto fields = std::tuple{field("server_id", &server_created::server_id),
                                              field("server_name", &server_created::server_name),
                                              field("server_type", &server_created::server_type),
                                              field("location", &server_created::location),
                                              field("ipv4", &server_created::ipv4),
                                              field("ipv6", &server_created::ipv6),
                                              field("actions", &server_created::actions),
                                              field("adopted", &server_created::adopted),
                                              field("host_key", &server_created::host_key),
                                              field("still_unknown", &server_created::still_unknown),
                                              later_field("project", &server_created::project)};
    friend bool operator==(const server_created&, const server_created&) = default;
};

struct ssh_ready {
    static constexpr std::string_view name = "ssh_ready";
    static constexpr slipway::step completes = slipway::step::reach_ssh;
    static constexpr int version = 1;
    std::string address;
    static constexpr auto fields = std::tuple{field("address", &ssh_ready::address)};
    friend bool operator==(const ssh_ready&, const ssh_ready&) = default;
};

struct recipe_run {
    static constexpr std::string_view name = "recipe_run";
    static constexpr slipway::step completes = slipway::step::run_recipe;
    static constexpr int version = 1;
    bool ran = false;  // false: there was no recipe
    int exit_code = 0;
    std::int64_t output_bytes = 0;
    std::string output_tail;
    std::int64_t duration_ms = 0;
    std::string unknown{};  // why how it ended can no longer be learnt, though it was started; empty: it is known
    static constexpr auto fields =
        std::tuple{field("ran", &recipe_run::ran),
                   field("exit_code", &recipe_run::exit_code),
                   field("output_bytes", &recipe_run::output_bytes),
                   field("output_tail", &recipe_run::output_tail),
                   field("duration_ms", &recipe_run::duration_ms),
                   later_field("unknown", &recipe_run::unknown)};
    friend bool operator==(const recipe_run&, const recipe_run&) = default;
};

struct host_keys_prepared {
    static constexpr std::string_view name = "host_keys_prepared";
    static constexpr slipway::step completes = slipway::step::prepare_host_keys;
    static constexpr int version = 1;
    std::vector<std::string> host_keys;  // public lines
    static constexpr auto fields = std::tuple{field("host_keys", &host_keys_prepared::host_keys)};
    friend bool operator==(const host_keys_prepared&, const host_keys_prepared&) = default;
};

// What a VM that is its owner's lacks, because its recipe had changed SSH before it was handed over. Stored by name; what
// its owner can do about it: engine/service/shortcomings.hpp.
enum class shortcoming_kind {
    recipe_result,  // whether its recipe ended well was never learnt
    host_keys,      // it may not show the host keys that were made for it
    operator_key,   // slipway's own key may still be on it
};
std::string_view name(shortcoming_kind k);
std::optional<shortcoming_kind> shortcoming_named(std::string_view text);

struct shortcoming {
    shortcoming_kind what{};
    std::string why;
    static constexpr auto fields = std::tuple{field("what", &shortcoming::what), field("why", &shortcoming::why)};
    friend bool operator==(const shortcoming&, const shortcoming&) = default;
};

struct activated {
    static constexpr std::string_view name = "activated";
    static constexpr slipway::step completes = slipway::step::hand_over;
    static constexpr int version = 1;
    std::string address;
    std::vector<std::string> host_keys;  // what the VM shows from now on
    std::vector<shortcoming> missing{};
    static constexpr auto fields =
        std::tuple{field("address", &activated::address), field("host_keys", &activated::host_keys),
                   later_field("missing", &activated::missing)};
    friend bool operator==(const activated&, const activated&) = default;
};

// How the next attempt differs from the failed one.
enum class variation { same, next_candidate, next_name };
std::string_view name(variation v);
std::optional<variation> variation_named(std::string_view text);

struct step_failed {
    static constexpr std::string_view name = "step_failed";
    static constexpr int version = 1;
    slipway::step step{};
    failure_code code{};
    std::string message;
    bool unknown = false;  // the side effect may have happened
    bool counted = true;   // uses up one of the attempts (waiting for a lock or for the rate limit does not)
    std::optional<timestamp> retry_at;  // none: given up
    variation next = variation::same;
    std::string output;  // what a recipe that failed printed last; stored behind the message (recipe_output.hpp)
    static constexpr auto fields =
        std::tuple{field("step", &step_failed::step),       field("code", &step_failed::code),
                   field("message", &step_failed::message), field("unknown", &step_failed::unknown),
                   field("counted", &step_failed::counted), field("retry_at", &step_failed::retry_at),
                   field("next", &step_failed::next)};
    friend bool operator==(const step_failed&, const step_failed&) = default;
};

// What was met on the way may have been handed over in another history of this log (a backup that was restored, a copy):
// nothing is done about it until somebody says what.
struct held {
    static constexpr std::string_view name = "held";
    static constexpr int version = 1;
    slipway::step step{};
    failure_code code{};
    std::string message;
    static constexpr auto fields =
        std::tuple{field("step", &held::step), field("code", &held::code), field("message", &held::message)};
    friend bool operator==(const held&, const held&) = default;
};

// Somebody has said that a server which this log knew less of, or nothing, is what the stream has made: all that Hetzner
// and the server's labels tell. What only the lost part of the log knew (the recipe, the owner) stays unknown.
struct adopted {
    static constexpr std::string_view name = "adopted";
    static constexpr int version = 1;
    std::string provider;
    std::string contract_id;  // empty: a VM that was asked for directly
    std::optional<timestamp> expires_at;
    std::string owner;
    std::int64_t server_id = 0;
    std::string server_name;
    std::string server_type;
    std::string location;
    std::string ipv4;
    std::string ipv6;
    std::int64_t key_id = 0;  // 0: which key it was given is not known
    std::string key_fingerprint;
    std::string project = {};  // as step_started's
    static constexpr auto fields = std::tuple{field("provider", &adopted::provider),
                                              field("contract_id", &adopted::contract_id),
                                              field("expires_at", &adopted::expires_at),
                                              field("owner", &adopted::owner),
                                              field("server_id", &adopted::server_id),
                                              field("server_name", &adopted::server_name),
                                              field("server_type", &adopted::server_type),
                                              field("location", &adopted::location),
                                              field("ipv4", &adopted::ipv4),
                                              field("ipv6", &adopted::ipv6),
                                              field("key_id", &adopted::key_id),
                                              field("key_fingerprint", &adopted::key_fingerprint),
                                              field("project", &adopted::project)};
    friend bool operator==(const adopted&, const adopted&) = default;
};

struct end_requested {
    static constexpr std::string_view name = "end_requested";
    static constexpr int version = 1;
    std::string reason;
    static constexpr auto fields = std::tuple{field("reason", &end_requested::reason)};
    friend bool operator==(const end_requested&, const end_requested&) = default;
};

struct server_deleted {
    static constexpr std::string_view name = "server_deleted";
    static constexpr slipway::step completes = slipway::step::delete_server;
    static constexpr int version = 1;
    std::int64_t server_id = 0;  // 0: it turned out that none was ever made
    bool existed = false;        // false: it was gone already
    std::string project = {};         // as step_started's, where it existed
    static constexpr auto fields =
        std::tuple{field("server_id", &server_deleted::server_id), field("existed", &server_deleted::existed),
                   later_field("project", &server_deleted::project)};
    friend bool operator==(const server_deleted&, const server_deleted&) = default;
};

struct key_deleted {
    static constexpr std::string_view name = "key_deleted";
    static constexpr slipway::step completes = slipway::step::release_key;
    static constexpr int version = 1;
    std::int64_t key_id = 0;
    bool existed = false;
    static constexpr auto fields =
        std::tuple{field("key_id", &key_deleted::key_id), field("existed", &key_deleted::existed)};
    friend bool operator==(const key_deleted&, const key_deleted&) = default;
};

struct key_kept {
    static constexpr std::string_view name = "key_kept";
    static constexpr slipway::step completes = slipway::step::release_key;
    static constexpr int version = 1;
    std::int64_t key_id = 0;
    std::string why;
    static constexpr auto fields = std::tuple{field("key_id", &key_kept::key_id), field("why", &key_kept::why)};
    friend bool operator==(const key_kept&, const key_kept&) = default;
};

struct cleaned_up {
    static constexpr std::string_view name = "cleaned_up";
    static constexpr int version = 1;
    std::vector<leak> leaked;
    static constexpr auto fields = std::tuple{field("leaked", &cleaned_up::leaked)};
    friend bool operator==(const cleaned_up&, const cleaned_up&) = default;
};

struct failed {
    static constexpr std::string_view name = "failed";
    static constexpr int version = 1;
    slipway::step step{};
    failure_code code{};
    std::string message;
    std::string output;  // as step_failed's
    static constexpr auto fields =
        std::tuple{field("step", &failed::step), field("code", &failed::code), field("message", &failed::message)};
    friend bool operator==(const failed&, const failed&) = default;
};

struct terminated {
    static constexpr std::string_view name = "terminated";
    static constexpr int version = 1;
    static constexpr auto fields = std::tuple<>{};
    friend bool operator==(const terminated&, const terminated&) = default;
};

struct termination_failed {
    static constexpr std::string_view name = "termination_failed";
    static constexpr int version = 1;
    std::vector<leak> leaked;
    std::string message;
    static constexpr auto fields =
        std::tuple{field("leaked", &termination_failed::leaked), field("message", &termination_failed::message)};
    friend bool operator==(const termination_failed&, const termination_failed&) = default;
};

struct termination_retried {
    static constexpr std::string_view name = "termination_retried";
    static constexpr int version = 1;
    static constexpr auto fields = std::tuple<>{};
    friend bool operator==(const termination_retried&, const termination_retried&) = default;
};

// What an audit of one Hetzner project found; written down when it differs from what the last one found.
struct audited {
    static constexpr std::string_view name = "audited";
    static constexpr int version = 1;
    std::string provider;
    std::vector<audit_finding> findings;
    static constexpr auto fields =
        std::tuple{field("provider", &audited::provider), field("findings", &audited::findings)};
    friend bool operator==(const audited&, const audited&) = default;
};

struct command_refused {
    static constexpr std::string_view name = "command_refused";
    static constexpr int version = 1;
    std::string command;
    std::string why;   // for people
    std::string rule;  // the row or guard that said no
    static constexpr auto fields =
        std::tuple{field("command", &command_refused::command), field("why", &command_refused::why),
                   field("rule", &command_refused::rule)};
    friend bool operator==(const command_refused&, const command_refused&) = default;
};

using event =
    std::variant<vm_requested, contract_accepted, step_started, key_created, server_created, ssh_ready, recipe_run,
                 host_keys_prepared, activated, step_failed, end_requested, server_deleted, key_deleted, key_kept,
                 cleaned_up, failed, terminated, termination_failed, termination_retried, held, adopted, audited,
                 command_refused>;

// The step that an event of this type completes.
std::optional<step> completed_by(std::string_view type);

}  // namespace slipway
