#include "engine/machines/vm.hpp"

#include "engine/machines/tables.hpp"
#include "engine/model/codec.hpp"

namespace slipway {

namespace {

using std::chrono::seconds;

std::optional<effect> provisioning_effect(const vm_state& s) {
    const spine& d = s.data;
    if (d.held) return {};
    if (s.in("accepted"))
        return register_key_effect{d.spec.key_name, d.spec.public_key, d.spec.key_fingerprint, d.keys_in_doubt()};
    if (s.in("key_created")) return create_server_effect{d.server_name(), d.where(), d.key->id, d.servers_in_doubt()};
    if (s.in("server_created"))
        return reach_ssh_effect{d.server->ipv4, d.server->host_key, d.server->actions, seconds{d.spec.ssh_timeout_s}};
    if (!s.in("ssh_ready") && !s.in("recipe_run")) return {};
    // Before the recipe, which may change SSH; of a log of an earlier version, which had it the other way round, after it.
    const bool started = s.in("ssh_ready") && d.may_have_begun(step::run_recipe);
    if (d.prepared_host_keys.empty() && !started) return prepare_host_keys_effect{d.address, {d.server->host_key}};
    std::vector<std::string> known = d.prepared_host_keys;
    known.push_back(d.server->host_key);
    if (s.in("ssh_ready"))
        return run_recipe_effect{d.address,     known,   d.prepared_host_keys,           d.has_app() ? d.spec.app : "",
                                 d.spec.recipe, started, seconds{d.spec.recipe_timeout_s}};
    return hand_over_effect{d.address, known, d.prepared_host_keys, d.something_ran(),
                            d.may_have_begun(step::hand_over)};
}

std::optional<effect> ending_effect(const spine& d) {
    if (d.server_may_exist() && !d.leaks(resource_kind::server)) return delete_server_effect{d.server ? d.server->id : 0};
    if (d.key_may_exist() && !d.leaks(resource_kind::ssh_key))
        return release_key_effect{d.key ? d.key->id : 0, d.spec.key_fingerprint, d.key && d.key->ours,
                                  d.keys_in_doubt()};
    return {};
}

// What could not be deleted, and may be without asking anybody: the server first, as ever.
std::optional<effect> mending_effect(const spine& d) {
    const auto left = [&](resource_kind kind) {
        return std::find_if(d.leaked.begin(), d.leaked.end(), [&](const leak& l) { return l.kind == kind; });
    };
    if (const auto server = left(resource_kind::server); server != d.leaked.end())
        return server->held ? std::optional<effect>() : delete_server_effect{server->id};
    if (const auto key = left(resource_kind::ssh_key); key != d.leaked.end())
        return release_key_effect{key->id, d.spec.key_fingerprint, d.key && d.key->ours, d.keys_in_doubt()};
    return {};
}

template <class E, class List>
inline constexpr bool knows = false;
template <class E, class... Known>
inline constexpr bool knows<E, sml::events<Known...>> = (std::is_same_v<E, Known> || ...);

template <class Table>
struct adapted {
    using Machine = sml::machine<Table>;

    static auto& memory_of(vm_state& s) {
        if constexpr (std::is_same_v<typename Machine::data, audited>)
            return s.audit;
        else
            return static_cast<vm_memory&>(s);
    }
    static machine::answer step(vm_state& s, const event& e) {
        typename Machine::state state{s.at};
        const auto one = [&]<class E>(const E& typed) {
            if constexpr (knows<E, typename Table::events>)
                return Machine::step(state, memory_of(s), typed);
            else
                return sml::verdict{};  // another machine's
        };
        const sml::verdict v = std::visit(one, e);
        s.at = state.index;
        return {v.taken(), v.row};
    }
    static machine made(std::string_view kind) {
        return {kind, Machine::fingerprint_hex(), Machine::states, Machine::initial.index, &step, &Machine::describe};
    }
};

template <class Machine>
consteval bool has_the_states(const auto& listed) {
    const auto& states = Machine::states;
    const auto is_listed = [&](std::string_view s) { return std::find(listed.begin(), listed.end(), s) != listed.end(); };
    return states.size() == listed.size() && std::all_of(states.begin(), states.end(), is_listed);
}
static_assert(has_the_states<vm_machine>(vm_state_names) && has_the_states<contract_machine>(vm_state_names) &&
                  has_the_states<audit_machine>(audit_state_names),
              "states.hpp lists the states of the tables, no more and no fewer");

// The machine whose first event this is.
const machine* opened_by(const event& e) {
    if (std::holds_alternative<vm_requested>(e)) return &vm_kind_machine();
    if (std::holds_alternative<contract_accepted>(e)) return &contract_kind_machine();
    if (std::holds_alternative<audited>(e)) return &audit_kind_machine();
    if (const auto* found = std::get_if<adopted>(&e))
        return found->contract_id.empty() ? &vm_kind_machine() : &contract_kind_machine();
    return nullptr;
}

std::string describe(const vm_state& s, const event& e, int row) {
    std::string text =
        "the event " + std::string(type_of(e)) + " is not allowed in the state " + std::string(s.state_name());
    if (row >= 0) text += ": " + s.table->describe(row);
    return text;
}

// A contract goes by the marketplace's name for it, a VM by its server's, an audit by whom it is about.
std::string name_of(const vm_state& s) {
    if (s.kind() == audit_kind) return s.audit.provider;
    const spine& d = s.data;
    if (!d.contract_id.empty()) return d.contract_id;
    return d.known_server() ? d.known_server()->name : d.server_name();
}

std::string why_no_end(const vm_state& s) {
    if (s.kind() == audit_kind) return "an audit is no VM and cannot be deleted";
    if (s.in("terminated")) return s.data.spec.name + " has been deleted already";
    if (s.in("terminating")) return s.data.spec.name + " is being deleted already";
    if (s.in("failed")) return s.data.spec.name + " has failed and was cleaned up: there is nothing left to delete";
    return s.data.spec.name + " cannot be deleted while it is " + std::string(s.state_name());
}

}  // namespace

const machine& vm_kind_machine() {
    static const machine made = adapted<vm_table>::made(vm_kind);
    return made;
}

const machine& contract_kind_machine() {
    static const machine made = adapted<contract_table>::made(contract_kind);
    return made;
}

const machine& audit_kind_machine() {
    static const machine made = adapted<audit_table>::made(audit_kind);
    return made;
}

std::array<const machine*, 3> all_machines() {
    return {&vm_kind_machine(), &contract_kind_machine(), &audit_kind_machine()};
}

decision decide(const vm_state& state, const vm_command& command) {
    std::vector<event> events;
    if (const auto* accept = std::get_if<accept_contract>(&command)) {
        if (state.version != 0) return refusal{"is_new", "a contract with this id was accepted already"};
        if (accept->contract.spec.candidates.empty())
            return refusal{"has_candidates", "the offering names no server type and location"};
        events.emplace_back(accept->contract);
        return events;
    }
    if (const auto* request = std::get_if<request_vm>(&command)) {
        if (state.version != 0) return refusal{"is_new", "a VM with this id was requested already"};
        if (request->spec.candidates.empty())
            return refusal{"has_candidates", "no server type and location to create the VM in were given"};
        vm_requested e;
        e.spec = request->spec;
        e.owner = request->owner;
        events.emplace_back(std::move(e));
        return events;
    }
    if (const auto* record = std::get_if<record_audit>(&command)) {
        if (state.version == 0 || state.audit != record->audit) events.emplace_back(record->audit);
        return events;
    }
    if (const auto* adopt = std::get_if<adopt_server>(&command)) {
        event e = adopt->found;
        vm_state next = state;
        if (const auto done = evolve(next, e); !done)
            return refusal{done.error().message, "this log knows of the server " + adopt->found.server_name +
                                                     " and is as far: there is nothing to adopt"};
        events.push_back(std::move(e));
        return events;
    }
    const auto& end = std::get<end_vm>(command);
    if (end.reason == retry_termination && !state.in("termination_failed") && state.data.leaked.empty())
        return refusal{"has_leaks", "its end has not failed: there is nothing to try again"};
    if (state.in("termination_failed")) {
        events.emplace_back(termination_retried{});
        return conclude(state, std::move(events));
    }
    event e = end_requested{end.reason};
    vm_state next = state;
    if (const auto done = evolve(next, e); !done) return refusal{done.error().message, why_no_end(state)};
    events.push_back(std::move(e));
    return conclude(state, std::move(events));
}

std::optional<effect> wants(const vm_state& s) {
    if (s.version == 0) return {};
    if (s.in("cleaning_up") || s.in("terminating")) return ending_effect(s.data);
    return provisioning_effect(s);
}

std::optional<effect> mends(const vm_state& s) {
    if (s.in("failed") || s.in("termination_failed")) return mending_effect(s.data);
    return {};
}

std::optional<timestamp> expiry(const vm_state& state) {
    return state.in("active") ? state.data.expires_at : std::nullopt;
}

bool is_on_its_way(const vm_state& state) {
    return wants(state) && !state.in("cleaning_up") && !state.in("terminating");
}

bool is_over(const vm_state& state, timestamp now) {
    return (is_on_its_way(state) || state.in("active")) && state.data.expires_at && *state.data.expires_at <= now;
}

result<void> evolve(vm_state& state, const event& e) {
    if (state.version == 0) {
        const machine* opened = opened_by(e);
        if (!opened)
            return make_error(error_kind::corrupt, "a stream cannot begin with the event " + std::string(type_of(e)));
        state.table = opened;
        state.at = opened->initial;
    }
    const machine::answer answer = state.table->step(state, e);
    if (!answer.taken) return make_error(error_kind::corrupt, describe(state, e, answer.row));
    ++state.version;
    return {};
}

result<vm_state> replay(std::span<const event_record> records) {
    vm_state state;
    for (const event_record& r : records) {
        const auto where = [&] { return "stream " + r.stream.text + ", version " + std::to_string(r.version) + ": "; };
        if (r.version != state.version + 1)
            return make_error(error_kind::corrupt,
                              where() + "version " + std::to_string(state.version + 1) + " is missing");
        auto e = decode(r.type, r.schema_version, r.data);
        if (!e) return make_error(error_kind::corrupt, where() + e.error().message);
        if (auto done = evolve(state, *e); !done)
            return make_error(error_kind::corrupt, where() + done.error().message);
    }
    return state;
}

std::vector<event> conclude(const vm_state& state, std::vector<event> events) {
    vm_state next = state;
    for (const event& e : events)
        if (!evolve(next, e)) return events;  // the append will refuse it and say why
    if (next.in("termination_failed") && !next.data.server_may_exist() && !next.data.key_may_exist())
        events.emplace_back(terminated{});
    // A request in the air may still bring something into being: its answer comes first.
    const bool ending = next.in("cleaning_up") || next.in("terminating");
    if (!ending || wants(next)) return events;
    const spine& d = next.data;
    if (next.in("cleaning_up")) {
        events.emplace_back(cleaned_up{d.leaked});
        events.emplace_back(d.failure.value_or(failed{}));
    } else if (d.leaked.empty()) {
        events.emplace_back(terminated{});
    } else {
        termination_failed e;
        e.leaked = d.leaked;
        e.message = d.leaked.front().why;
        events.emplace_back(std::move(e));
    }
    return events;
}

stream_head head_of(const vm_state& state, const stream_id& stream) {
    const spine& d = state.data;
    stream_head head;
    head.stream = stream;
    head.kind = state.kind();
    head.state = state.state_name();
    head.version = state.version;
    head.owner = d.owner;
    head.name = name_of(state);
    head.provider = state.kind() == audit_kind ? state.audit.provider : d.spec.provider;
    // Only a VM that will delete the key when it ends, or may have to, is a reason for others to leave it alone.
    if (d.keys_in_doubt() > 0 || (d.key && d.key->ours)) head.key_fingerprint = d.spec.key_fingerprint;
    head.due_at = d.retry_at ? d.retry_at : expiry(state);
    head.at_rest = !wants(state) && !expiry(state);
    head.ended = state.in("terminated") || (state.in("failed") && d.leaked.empty());
    head.definition = std::string(state.table->fingerprint);
    return head;
}

}  // namespace slipway
