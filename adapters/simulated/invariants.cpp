#include "adapters/simulated/invariants.hpp"

#include "engine/model/codec.hpp"
#include "engine/runtime/surveys.hpp"

#include <algorithm>

namespace slipway::simulated {

std::string_view name(violation_kind k) {
    switch (k) {
        case violation_kind::illegal_event:
            return "illegal_event";
        case violation_kind::two_servers:
            return "two_servers";
        case violation_kind::unknown_server:
            return "unknown_server";
        case violation_kind::unknown_key:
            return "unknown_key";
        case violation_kind::recipe_twice:
            return "recipe_twice";
        case violation_kind::not_gone:
            return "not_gone";
        case violation_kind::replay_differs:
            return "replay_differs";
        case violation_kind::lost_command:
            return "lost_command";
        case violation_kind::stuck:
            return "stuck";
        case violation_kind::touched_foreign:
            return "touched_foreign";
        case violation_kind::bug:
            return "bug";
        case violation_kind::accepted_twice:
            return "accepted_twice";
        case violation_kind::ended_early:
            return "ended_early";
        case violation_kind::outlived:
            return "outlived";
        case violation_kind::over_budget:
            return "over_budget";
        case violation_kind::starved:
            return "starved";
        case violation_kind::unleased:
            return "unleased";
        case violation_kind::ended_unasked:
            return "ended_unasked";
        case violation_kind::two_of_contract:
            return "two_of_contract";
        case violation_kind::leaks_for_ever:
            return "leaks_for_ever";
        case violation_kind::recipe_wasted:
            return "recipe_wasted";
    }
    return "?";
}

invariants::invariants(universe& u) : u_(u) {
    u.cloud.watcher = this;
    u.log.on_stored = [this](const std::vector<event_record>& records) { stored(records); };
}

void invariants::report(violation_kind kind, std::string text) {
    found_.push_back({kind, std::move(text), u_.time.now()});
}

void invariants::stored(const std::vector<event_record>& records) {
    const stream_id& stream = records.front().stream;
    vm_state& s = states_[stream];
    for (const event_record& r : records) {
        for (const std::string* part : {&r.stream.text, &r.type, &r.event_id, &r.data})
            digest_ = (digest_ ^ std::hash<std::string>{}(*part)) * 1099511628211u;
        if (witness) witness(r);
        const auto e = decode(r.type, r.schema_version, r.data);
        if (!e) return report(violation_kind::illegal_event, r.stream.text + ": " + e.error().message);
        check_contract(r, *e, s);
        note_history(r, *e);
        if (const auto done = evolve(s, *e); !done)
            return report(violation_kind::illegal_event, r.stream.text + ": " + done.error().message);
        if (std::holds_alternative<activated>(*e)) ever_active_.insert({r.stream.text, s.data.server->id});
        if (std::holds_alternative<step_failed>(*e)) check_recipe(r.stream, s);
        if (s.version == 1) by_key_[s.data.spec.key_fingerprint].insert(r.stream);
    }
    if (wants(s))
        busy_.insert(stream);
    else
        busy_.erase(stream);
    check_servers(stream, s);
    check_key(s.data.spec.key_fingerprint);
}

void invariants::check_contract(const event_record& r, const event& e, const vm_state& before) {
    if (const auto* accepted = std::get_if<contract_accepted>(&e)) {
        const auto [known, fresh] = contracts_.emplace(accepted->contract_id, r.stream);
        if (!fresh)
            report(violation_kind::accepted_twice,
                   "the contract " + accepted->contract_id + " is " + known->second.text + " and " + r.stream.text);
    }
    const auto* end = std::get_if<end_requested>(&e);
    if (!end || r.actor != "engine") return;  // what people ask for comes when they ask
    const auto& due = before.data.expires_at;
    if (end->reason != "expired" || !due || u_.true_time() < *due)
        report(violation_kind::ended_early, r.stream.text + " was ended by the engine before its time");
}

void invariants::note_history(const event_record& r, const event& e) {
    if (const auto* accepted = std::get_if<contract_accepted>(&e); accepted && accepted->expires_at)
        due_[r.stream.text] = *accepted->expires_at;
    if (std::holds_alternative<end_requested>(e) && r.actor != "engine") ever_commanded_.insert(r.stream.text);
}

void invariants::stored_beside(const std::vector<event_record>& records) {
    // Not what is active: what a copy alone calls so is nobody's yet who was told by the log itself.
    for (const event_record& r : records)
        if (const auto e = decode(r.type, r.schema_version, r.data)) note_history(r, *e);
}

void invariants::restored() {
    several_histories_ = true;
    states_.clear();
    busy_.clear();
    by_key_.clear();
    contracts_.clear();
    for (const event_record& r : u_.log.records()) {
        vm_state& s = states_[r.stream];
        const auto e = decode(r.type, r.schema_version, r.data);
        (void)evolve(s, *e);
        if (s.version == 1) by_key_[s.data.spec.key_fingerprint].insert(r.stream);
        if (const auto* accepted = std::get_if<contract_accepted>(&*e))
            contracts_.emplace(accepted->contract_id, r.stream);
    }
    for (const auto& [stream, s] : states_)
        if (wants(s)) busy_.insert(stream);
}

void invariants::server_ended(const simulated_server& s) {
    if (!ever_active_.contains({s.stream, s.seen.id}) || ever_commanded_.contains(s.stream)) return;
    const auto due = due_.find(s.stream);
    if (due != due_.end() && due->second <= u_.true_time()) return;
    report(violation_kind::ended_unasked, s.seen.name + " of " + s.stream + " was somebody's, and was deleted");
}

void invariants::nothing_leaks() {
    // One whose host shows another key may be somebody's, and so may one that never answers, unless the log says that it was
    // given up for that: these take a command.
    const auto is_plain = [&](const stream_id& stream, const vm_state& state) {
        const auto& failure = state.data.failure;
        const bool was_given_up = failure && failure->step == step::reach_ssh;
        const auto servers = u_.cloud.of_stream(stream.text);
        return std::none_of(servers.begin(), servers.end(), [&](const simulated_server* s) {
            const bool is_silent = !s->boots_at;
            return s->flaw == fault::stranger_answers || s->prepared_in_use || (is_silent && !was_given_up);
        });
    };
    for (const auto& [stream, s] : states_)
        if (mends(s) && is_plain(stream, s))
            report(violation_kind::leaks_for_ever,
                   stream.text + " (" + std::string(s.state_name()) + ") has left something behind");
}

void invariants::nothing_outlived(milliseconds awake) {
    for (const auto& [stream, s] : states_)
        if (const auto due = expiry(s); due && *due + awake < u_.wall())
            report(violation_kind::outlived, stream.text + " is active although its contract has expired");
}

bool invariants::is_known(const vm_state& s, std::int64_t server) const {
    const spine& d = s.data;
    if (d.server && d.server->id == server) return true;
    if (d.servers_in_doubt() > 0) return true;
    return std::any_of(d.leaked.begin(), d.leaked.end(),
                       [&](const leak& l) { return l.kind == resource_kind::server && (l.id == server || l.id == 0); });
}

// By a failure; what people and contracts end is their own affair.
void invariants::check_recipe(const stream_id& stream, const vm_state& s) {
    if (!s.in("cleaning_up") || several_histories_) return;  // of another history's server nothing is deleted
    for (const simulated_server* server : u_.cloud.of_stream(stream.text))
        for (const auto& [id, run] : server->recipes)
            if (run.ended_well(u_.time.now()))
                report(violation_kind::recipe_wasted,
                       stream.text + " is taken back although its recipe had ended with 0: " + s.data.failure->message);
}

void invariants::check_servers(const stream_id& stream, const vm_state& s) {
    const auto servers = u_.cloud.of_stream(stream.text);
    const bool over = s.in("terminated") || (s.in("failed") && s.data.leaked.empty());
    for (const simulated_server* server : servers) {
        if (several_histories_ && (over || s.in("failed")))
            continue;  // the audit tells of it
        else if (over)
            report(violation_kind::not_gone, stream.text + " is " + std::string(s.state_name()) + " and its server " +
                                                 server->seen.name + " is there");
        else if (!is_known(s, server->seen.id) && !(several_histories_ && is_ahead(server->seen, &s)))
            report(violation_kind::unknown_server, stream.text + " (" + std::string(s.state_name()) +
                                                       ") does not know its server " + server->seen.name);
    }
    if (servers.size() > 1) report(violation_kind::two_servers, stream.text + " has more than one server");
}

// A key of ours must be held by a stream, or be looked for by one, or be written down as a leak.
void invariants::check_key(const std::string& fingerprint) {
    if (several_histories_) return;
    const cloud_ssh_key* key = u_.cloud.key_with(fingerprint);
    if (!key || !is_ours(*key, install)) return;
    const auto& streams = by_key_[fingerprint];
    const bool held = std::any_of(streams.begin(), streams.end(), [&](const stream_id& stream) {
        const vm_state& s = states_[stream];
        return s.data.key_may_exist() || s.data.leaks(resource_kind::ssh_key);
    });
    if (!held) report(violation_kind::unknown_key, "nobody knows the SSH key " + key->name);
}

void invariants::server_made(const simulated_server& s) {
    if (s.stream.empty()) return;
    if (const auto contract = s.seen.labels.find(label_contract); contract != s.seen.labels.end()) {
        auto& servers = of_contract_[contract->second];
        std::erase_if(servers, [&](std::int64_t id) { return !u_.cloud.servers().contains(id); });
        servers.insert(s.seen.id);
        if (servers.size() > 1)
            report(violation_kind::two_of_contract, "the contract " + contract->second + " has a second server");
    }
    const auto it = states_.find(stream_id{s.stream});
    if (it == states_.end() && several_histories_) return;
    if (it == states_.end())
        return report(violation_kind::unknown_server, s.seen.name + " belongs to no stream of the log");
    check_servers(it->first, it->second);
}

void invariants::key_made(const cloud_ssh_key& key) {
    check_key(key.fingerprint);
}

void invariants::recipe_started(const simulated_server& s, const std::string& run_id) {
    if (++recipes_[s.seen.id] > 1)
        report(violation_kind::recipe_twice, "the recipe of " + s.seen.name + " was started again, as " + run_id);
}

void invariants::compare(const stream_id& stream, const vm_state& live) {
    vm_state earlier;
    const bool is_behind = live.version < states_[stream].version;  // another engine has stored a command since
    if (is_behind) {
        auto records = u_.log.read_stream(stream, 0);
        records.resize(live.version);
        earlier = *replay(records);
    }
    const vm_state& folded = is_behind ? earlier : states_[stream];
    if (!(folded == live))
        report(violation_kind::replay_differs, stream.text + ": the engine says " + std::string(live.state_name()) +
                                                   " " + std::to_string(live.version) + ", the log says " +
                                                   std::string(folded.state_name()) + " " +
                                                   std::to_string(folded.version));
}

void invariants::requests_were_right() {
    // A process that begins cannot know what was spent before it, and begins with sixteen VMs at once. Several that
    // spend from one bucket hear of each other only by Hetzner's answers: where it is nearly empty, each believes that
    // the next request is its own.
    const std::uint64_t in_ignorance = 16 * u_.starts + u_.requests / (u_.shared ? 4 : 50);
    if (u_.over_budget > in_ignorance)
        report(violation_kind::over_budget, std::to_string(u_.over_budget) + " of " + std::to_string(u_.requests) +
                                                " requests were more than Hetzner allows");
    if (u_.sent_without_lease > 0)
        report(violation_kind::unleased, std::to_string(u_.sent_without_lease) + " requests left without a lease");
    // Those that are asked for together wait for each other; and a process may have slept.
    if (u_.longest_removal > 64 * u_.budget.refill() + std::chrono::minutes{5})
        report(violation_kind::starved,
               "a deletion waited " + std::to_string(u_.longest_removal.count()) + " ms for its turn");
}

void invariants::nothing_left() {
    // What a copy made for a stream that is over here is an orphan, which the audit tells of.
    const auto is_orphan = [&](const simulated_server& server) {
        const auto it = states_.find(stream_id{server.stream});
        return several_histories_ && it != states_.end() && (it->second.in("failed") || it->second.in("terminated")) &&
               !is_ordered_by(server.seen, it->second.data.orders);
    };
    for (const auto& [id, server] : u_.cloud.servers())
        if (!server.stream.empty() && !is_orphan(server))
            report(violation_kind::not_gone, "at the end, the server " + server.seen.name + " is there");
    // A key that only the lost part of a log knew of is told by the audit, and so is a project of which it knew.
    for (const auto& [id, key] : u_.cloud.keys())
        if (is_ours(key, install) && !several_histories_)
            report(violation_kind::not_gone, "at the end, the SSH key " + key.name + " is there");
    if (!several_histories_ && !(u_.elsewhere.servers().empty() && u_.elsewhere.keys().empty()))
        report(violation_kind::not_gone, "at the end, something is in the other project");
    for (const auto& [stream, s] : states_)
        if (!s.in("terminated") && !(s.in("failed") && s.data.leaked.empty()))
            report(violation_kind::stuck, stream.text + " is still " + std::string(s.state_name()));
}

}  // namespace slipway::simulated
