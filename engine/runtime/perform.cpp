#include "engine/runtime/perform.hpp"

#include "engine/runtime/cloud_config.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/runtime/perform_ssh.hpp"

#include <algorithm>

namespace slipway {

namespace {

using boost::asio::awaitable;

failure_code code_of(cloud_failure f) {
    switch (f) {
        case cloud_failure::not_sent:
            return failure_code::not_sent;
        case cloud_failure::unauthorized:
            return failure_code::unauthorized;
        case cloud_failure::forbidden:
            return failure_code::forbidden;
        case cloud_failure::quota:
            return failure_code::quota;
        case cloud_failure::not_found:
            return failure_code::not_found;
        case cloud_failure::name_taken:
            return failure_code::name_taken;
        case cloud_failure::conflict:
            return failure_code::conflict;
        case cloud_failure::unavailable:
            return failure_code::unavailable;
        case cloud_failure::invalid:
            return failure_code::invalid;
        case cloud_failure::locked:
            return failure_code::locked;
        case cloud_failure::protected_resource:
            return failure_code::protected_resource;
        case cloud_failure::rate_limited:
            return failure_code::rate_limited;
        case cloud_failure::server_error:
            return failure_code::server_error;
        case cloud_failure::lost:
            return failure_code::lost;
        case cloud_failure::bad_answer:
            return failure_code::bad_answer;
        case cloud_failure::action_failed:
            return failure_code::action_failed;
    }
    return failure_code::bad_answer;
}

step_failure failure_of(const cloud_error& e) {
    step_failure f;
    f.code = code_of(e.failure);
    f.message = e.message;
    f.unknown = outcome_unknown(e.failure);
    if (e.wait_ms) f.wait = std::chrono::milliseconds{*e.wait_ms};
    return f;
}

step_failure failure_of(failure_code code, std::string message) {
    step_failure f;
    f.code = code;
    f.message = std::move(message);
    return f;
}

// How long to go on looking for something that a request of unknown outcome may still bring into being.
std::optional<step_failure> too_early(const step_context& c) {
    const auto left = c.late_grace - c.since_last_unknown;
    if (left.count() <= 0) return {};
    auto f = failure_of(failure_code::not_seen_yet,
                        "a request was sent whose answer never came; looking again in case it is still carried out");
    f.wait = std::min<std::chrono::milliseconds>(left, std::chrono::seconds{10});
    return f;
}

// Only looked: whatever went wrong, nothing was changed.
step_failure certainly(step_failure f) {
    f.unknown = false;
    return f;
}

// "Taken" may be the answer to the second delivery of a request of ours whose first one made it.
step_failure in_doubt(step_failure f) {
    f.unknown = true;
    return f;
}

constexpr std::chrono::milliseconds kept_for_ever = std::chrono::milliseconds::max();

step_failure older_log(const project_survey& seen) {
    const cloud_server& one = seen.ahead.front();
    return failure_of(failure_code::older_log,
                      "this log is older than what is at Hetzner (see the server " + one.name + ", " +
                          std::to_string(one.id) + "): nothing is ordered or ended in the project until that is "
                          "settled; slipway audit says how");
}

// ---- where the token looks

// What do_step is given beside the step's own facts.
struct place {
    world& w;
    cloud& hetzner;
    const step_context& c;
    survey_ptr seen;
};

// Hetzner's ids name one thing in one project; a token of another project finds nothing, and that is no proof that it
// is gone. Proof is the token itself, or that it sees something which the stream is known to have.
awaitable<cloud_result<bool>> is_its_project(const place& at) {
    const step_context& c = at.c;
    if (c.project == at.seen->token || at.seen->servers.contains(c.server_id) || at.seen->ssh_keys.contains(c.key_id))
        co_return true;
    if (c.key_id == 0) co_return c.project.empty();
    // A key that was there before slipway carries no label of ours.
    auto key = co_await at.hetzner.find_ssh_key(c.spec.key_fingerprint);
    if (!key) co_return key.error();
    co_return *key && (*key)->id == c.key_id;
}

step_failure elsewhere(const std::string& what) {
    return failure_of(failure_code::other_project,
                      what + " is not in the project that the token opens, and nothing shows that it is the VM's: it "
                             "may be another project's token. It is not called gone; with a token of its own project "
                             "slipway goes on by itself");
}

// None: gone is gone.
awaitable<std::optional<step_failure>> may_be_elsewhere(const place& at, std::string what) {
    std::optional<step_failure> no;
    auto here = co_await is_its_project(at);
    if (!here)
        no = certainly(failure_of(here.error()));
    else if (!*here)
        no = elsewhere(what);
    co_return no;
}

// Before something is made for a stream that has, or may have, something already.
awaitable<std::optional<step_failure>> wrong_project(const place& at, bool has_something) {
    std::optional<step_failure> no;
    if (at.c.asked_with != at.seen->token) {
        no = failure_of(failure_code::not_sent, "the project's token was replaced; nothing was sent");
    } else if (has_something) {
        auto here = co_await is_its_project(at);
        if (!here)
            no = certainly(failure_of(here.error()));
        else if (!*here)
            no = failure_of(failure_code::other_project,
                            "the token opens another Hetzner project than the one in which the VM was begun; nothing "
                            "was sent");
    }
    co_return no;
}

// ---- the key

// `unknown`: the requests that may have made it, or may yet be carried out. Of a stranger's key, or another VM's, it is
// known that none of them made it.
std::vector<event> key_fact(const place& at, const cloud_ssh_key& key, int unknown) {
    const std::string install = at.w.log.install_id();
    key_created e;
    e.key_id = key.id;
    e.fingerprint = key.fingerprint;
    e.ours = is_ours(key, install);
    e.still_unknown = is_made_by(key, install, at.c.stream) ? std::max(0, unknown - 1) : unknown;
    e.project = at.seen->token;
    if (e.ours) at.seen->ssh_keys.insert(key.id);
    return only(std::move(e));
}

awaitable<step_result> do_step(const place& at, const register_key_effect& want) {
    world& w = at.w;
    cloud& hetzner = at.hetzner;
    const step_context& c = at.c;
    if (auto no = co_await wrong_project(at, want.unknown > 0)) co_return *std::move(no);
    if (want.unknown > 0) {
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!found) co_return certainly(failure_of(found.error()));
        if (*found) co_return key_fact(at, **found, want.unknown);
    }
    // The material is unique in a project; the name is too, but another key's may be the same: then ours gets the id.
    const std::vector<std::string> names{want.name, want.name + "-" + short_id(c.stream)};
    for (const std::string& name : names) {
        new_ssh_key request;
        request.name = name;
        request.public_key = want.public_key;
        request.labels = key_labels(w.log.install_id(), c.stream);
        auto made = co_await hetzner.create_ssh_key(request, c.may_send);
        if (made) {
            key_created e;
            e.key_id = made->id;
            e.fingerprint = made->fingerprint;
            e.ours = true;
            e.still_unknown = want.unknown;
            e.project = at.seen->token;
            at.seen->ssh_keys.insert(made->id);
            co_return only(std::move(e));
        }
        const bool taken = made.error().failure == cloud_failure::name_taken;
        if (!taken && !outcome_unknown(made.error().failure)) co_return failure_of(made.error());
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (found && *found) {
            // "Taken", and by somebody else's: that was a plain no, and nothing of ours is on its way.
            const bool refused = taken && !is_made_by(**found, w.log.install_id(), c.stream);
            co_return key_fact(at, **found, refused ? want.unknown : want.unknown + 1);
        }
        if (!taken) co_return failure_of(made.error());
        if (!found) co_return in_doubt(failure_of(found.error()));
    }
    co_return failure_of(failure_code::name_taken,
                         "Hetzner says that the SSH key " + want.name + " exists, and does not show it");
}

// Whether one of these streams has this very key, or may yet be found to: one of the same material may be in another
// project.
awaitable<result<bool>> is_used(const place& at, std::vector<stream_id> by, std::int64_t key) {
    for (const stream_id& stream : by) {
        auto records = co_await at.w.log.read_stream(stream, 0);
        if (!records) co_return records.error();
        const auto state = replay(*records);
        if (!state) co_return true;  // nobody can tell
        const spine& d = state->data;
        const bool is_here = d.project.empty() || d.project == at.seen->token || d.project == at.c.project;
        if ((d.key && d.key->id == key) || (is_here && d.keys_in_doubt() > 0)) co_return true;
    }
    co_return false;
}

awaitable<step_result> do_step(const place& at, const release_key_effect& want) {
    world& w = at.w;
    cloud& hetzner = at.hetzner;
    const step_context& c = at.c;
    std::int64_t id = want.key_id;
    bool ours = want.ours;
    key_deleted gone;
    if (id == 0) {
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!found) co_return failure_of(found.error());
        // Until our own request has turned up or its time is over, neither "gone" nor "somebody else's" can be said.
        const bool turned_up = *found && is_made_by(**found, w.log.install_id(), c.stream);
        if (!turned_up)
            if (auto wait = too_early(c)) co_return *std::move(wait);
        if (!*found) {
            if (auto no = co_await may_be_elsewhere(at, "the SSH key " + c.spec.key_name)) co_return *std::move(no);
            co_return only(std::move(gone));
        }
        id = (*found)->id;
        ours = is_ours(**found, w.log.install_id());
    }
    auto others = co_await w.log.live_with_key(c.spec.provider, want.fingerprint, c.stream);
    if (!others) co_return failure_of(failure_code::lost, others.error().message);
    const auto used = co_await is_used(at, *others, id);
    if (!used) co_return failure_of(failure_code::lost, used.error().message);
    key_kept kept;
    kept.key_id = id;
    if (*used) {
        // While the key is kept, a request of ours that is still on its way is refused. Once another VM has deleted the
        // key, it is carried out; and the key that was kept cannot then be told from the one that it made.
        if (want.unknown > 0)
            if (auto wait = too_early(c)) co_return *std::move(wait);
        kept.why = "used by " + std::to_string(others->size()) + " other VM" + (others->size() == 1 ? "" : "s");
        co_return only(std::move(kept));
    }
    if (!ours) {
        kept.why = "it was there before slipway";
        co_return only(std::move(kept));
    }
    // What has this number now must be what had it when it was written down.
    if (want.key_id != 0 && !at.seen->ssh_keys.contains(id)) {
        auto there = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!there) co_return certainly(failure_of(there.error()));
        if (*there && is_ours(**there, w.log.install_id())) {
            id = (*there)->id;
        } else {
            if (auto no = co_await may_be_elsewhere(at, "the SSH key " + std::to_string(id))) co_return *std::move(no);
            gone.key_id = id;
            co_return only(std::move(gone));
        }
    }
    auto deleted = co_await hetzner.delete_ssh_key(id, c.may_send);
    if (!deleted && deleted.error().failure == cloud_failure::not_found && want.key_id != 0) {
        // Somebody deleted it. Another VM may have registered it again since, and have left it to this one to let go
        // of.
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!found) co_return failure_of(found.error());
        if (*found && is_ours(**found, w.log.install_id())) {
            id = (*found)->id;
            deleted = co_await hetzner.delete_ssh_key(id, c.may_send);
        } else if (!*found) {
            if (auto no = co_await may_be_elsewhere(at, "the SSH key " + std::to_string(id))) co_return *std::move(no);
        }
    }
    gone.key_id = id;
    gone.existed = deleted.has_value() || want.key_id == 0;  // it was seen: of those in doubt one has turned up
    if (!deleted && deleted.error().failure != cloud_failure::not_found) co_return failure_of(deleted.error());
    co_return only(std::move(gone));
}

// ---- the server

// Adopted: one of the requests of unknown outcome made it, so that one fewer may yet be carried out.
std::vector<event> server_fact(const place& at, const cloud_server& server, std::vector<std::int64_t> actions,
                               bool adopted, int unknown, std::string host_key) {
    server_created e;
    e.server_id = server.id;
    e.server_name = server.name;
    e.server_type = server.server_type;
    e.location = server.location;
    e.ipv4 = server.ipv4.value_or("");
    e.ipv6 = server.ipv6.value_or("");
    e.actions = std::move(actions);
    e.adopted = adopted;
    e.host_key = std::move(host_key);
    e.still_unknown = adopted ? std::max(0, unknown - 1) : unknown;
    e.project = at.seen->token;
    at.seen->servers[server.id] = at.c.stream.text;
    return only(std::move(e));
}

// another_history: of this stream's or its contract's, and made by no request that this log knows of.
enum class found_as { nothing, ours, another_history, stranger };

struct lookup {
    found_as what = found_as::nothing;
    cloud_server server;
};

found_as what_is(const place& at, const cloud_server& server) {
    const std::string install = at.w.log.install_id();
    if (is_ours(server, install, at.c.stream))
        return is_ordered_by(server, at.c.orders) ? found_as::ours : found_as::another_history;
    return is_of_contract(server, install, at.c.contract_id) ? found_as::another_history : found_as::stranger;
}

awaitable<cloud_result<lookup>> find_by_name(const place& at, std::string name) {
    auto found = co_await at.hetzner.find_server(name);
    if (!found) co_return found.error();
    lookup out;
    if (*found) {
        out.server = **found;
        out.what = what_is(at, out.server);
    }
    co_return out;
}

step_failure of_another_history(const cloud_server& server) {
    return failure_of(failure_code::other_history,
                      "the server " + server.name + " (" + std::to_string(server.id) +
                          ") may be somebody's already: this log has not made it, or not handed it over. The log is "
                          "older than the server, or a copy of it is at work. It is left alone: see slipway audit");
}

step_failure foreign(const std::string& name) {
    return failure_of(failure_code::foreign_server,
                      "a server named " + name + " exists in the project and is not this VM's; it is left alone");
}

// An order in doubt is refused as long as the name is the stranger's, and carried out should it be given back: ordered
// under another name meanwhile, there would be two.
step_failure name_is_foreign(const step_context& c, const create_server_effect& want) {
    if (want.unknown > 0)
        if (auto wait = too_early(c)) return *std::move(wait);
    return foreign(want.name);
}

// What a lookup says of an order that was not answered, or was refused as taken; none: nothing, it is as it was.
std::optional<step_result> known_by(const place& at, const create_server_effect& want, const lookup& found, int unknown,
                                    const std::string& host_key) {
    std::optional<step_result> known;
    if (found.what == found_as::ours) known = server_fact(at, found.server, {}, true, unknown, host_key);
    if (found.what == found_as::another_history) known = of_another_history(found.server);
    if (found.what == found_as::stranger) known = name_is_foreign(at.c, want);
    return known;
}

awaitable<step_result> do_step(const place& at, const create_server_effect& want) {
    world& w = at.w;
    const step_context& c = at.c;
    auto host_key = w.keys.first_host_key(c.stream);
    if (!host_key) co_return failure_of(failure_code::no_credentials, host_key.error().message);
    auto operator_key = w.keys.operator_key();
    if (!operator_key) co_return failure_of(failure_code::no_credentials, operator_key.error().message);
    if (auto no = co_await wrong_project(at, true)) co_return *std::move(no);

    if (want.unknown > 0) {
        auto found = co_await find_by_name(at, want.name);
        if (!found) co_return certainly(failure_of(found.error()));
        if (auto known = known_by(at, want, *found, want.unknown, host_key->public_line)) co_return *std::move(known);
    }
    new_server request;
    request.name = want.name;
    request.server_type = want.where.server_type;
    request.location = want.where.location;
    request.image_id = want.where.image_id;
    request.ssh_keys.push_back(want.key_id);
    request.user_data = cloud_config(*host_key, operator_key->public_line, c.spec.app);
    server_owner owner;
    owner.install = w.log.install_id();
    owner.stream = c.stream;
    owner.order = c.order;
    owner.contract_id = c.contract_id;
    owner.expires_at = c.expires_at;
    request.labels = server_labels(owner, c.spec.labels);
    auto made = co_await at.hetzner.create_server(request, c.may_send);
    if (made) co_return server_fact(at, made->server, made->actions, false, want.unknown, host_key->public_line);
    const cloud_error problem = made.error();
    const bool taken = problem.failure == cloud_failure::name_taken;
    if (!taken && !outcome_unknown(problem.failure)) co_return failure_of(problem);

    // Taken: usually our own earlier request worked. Unknown: it may have worked now. Either way: look.
    auto found = co_await find_by_name(at, want.name);
    if (!found) co_return in_doubt(failure_of(problem));
    if (found->what == found_as::stranger && !taken) co_return failure_of(problem);
    if (auto known = known_by(at, want, *found, want.unknown + 1, host_key->public_line)) co_return *std::move(known);
    co_return failure_of(problem);
}

// The stream's server in doubt, by its label: an order in doubt may be one under an earlier name, which was a stranger's
// meanwhile. What another history has made may be somebody's by now, and is left to who asks for it.
awaitable<cloud_result<lookup>> find_by_label(const place& at) {
    auto servers = co_await at.hetzner.list_servers(std::string(label_stream) + "=" + at.c.stream.text);
    if (!servers) co_return servers.error();
    lookup out;
    for (const cloud_server& server : *servers) {
        const bool is_streams = is_ours(server, at.w.log.install_id(), at.c.stream);
        if (!is_streams || out.what == found_as::ours) continue;
        out.server = server;
        out.what = what_is(at, server);
    }
    co_return out;
}

// A number is the stream's server's where it carries the stream's label. None: it does.
awaitable<std::optional<step_result>> is_not_there(const place& at, std::int64_t id) {
    std::optional<step_result> no;
    const auto seen = at.seen->servers.find(id);
    if (seen != at.seen->servers.end() && seen->second == at.c.stream.text) co_return no;
    auto there = co_await at.hetzner.get_server(id);
    server_deleted gone;
    gone.server_id = id;
    if (!there) {
        no = certainly(failure_of(there.error()));
    } else if (!*there) {
        if (auto elsewhere = co_await may_be_elsewhere(at, "the server " + std::to_string(id)))
            no = *std::move(elsewhere);
        else
            no = only(std::move(gone));
    } else if (!is_ours(**there, at.w.log.install_id(), at.c.stream)) {
        no = failure_of(failure_code::foreign_server, "the server " + std::to_string(id) + " (" + (*there)->name +
                                                          ") does not carry this VM's label: it is left alone");
    }
    co_return no;
}

// Before a server is deleted that nobody has asked to end: whether it shows a host key that is not the one it was sent
// with. Then it was handed over, whatever this log says. One that does not answer was not.
awaitable<bool> was_handed_over(const place& at, std::string address) {
    constexpr std::chrono::seconds patience{10};
    auto sent = at.w.keys.first_host_key(at.c.stream);
    if (!sent || address.empty()) co_return false;
    ssh_target target;
    target.address = std::move(address);
    target.host_keys.push_back(sent->public_line);
    const auto shown = co_await at.w.shell.wait_until_ready(target, patience);
    co_return !shown && shown.error().failure == shell_failure::wrong_host_key;
}

awaitable<step_result> do_step(const place& at, const delete_server_effect& want) {
    const step_context& c = at.c;
    server_deleted gone;
    std::string address = c.address;
    gone.server_id = want.server_id;
    if (gone.server_id == 0) {
        auto found = co_await find_by_label(at);
        if (!found) co_return certainly(failure_of(found.error()));
        if (found->what == found_as::another_history && !c.commanded) co_return of_another_history(found->server);
        if (found->what == found_as::nothing) {
            if (auto wait = too_early(c)) co_return *std::move(wait);
            if (auto no = co_await may_be_elsewhere(at, "the server that was asked for")) co_return *std::move(no);
            co_return only(std::move(gone));
        }
        gone.server_id = found->server.id;
        address = found->server.ipv4.value_or("");
    } else if (auto no = co_await is_not_there(at, gone.server_id)) {
        co_return *std::move(no);
    }
    if (!c.commanded) {
        const bool is_somebodys = co_await was_handed_over(at, address);
        if (is_somebodys) {
            cloud_server server;
            server.id = gone.server_id;
            server.name = c.spec.name;
            co_return of_another_history(server);
        }
    }
    auto deleted = co_await at.hetzner.delete_server(gone.server_id, c.may_send);
    if (!deleted && deleted.error().failure == cloud_failure::not_found) {
        gone.existed = want.server_id == 0;  // it was seen: of those in doubt one has turned up
        if (gone.existed) co_return only(std::move(gone));
        if (auto no = co_await may_be_elsewhere(at, "the server " + std::to_string(gone.server_id)))
            co_return *std::move(no);
        co_return only(std::move(gone));
    }
    if (!deleted) co_return failure_of(deleted.error());
    gone.existed = true;
    gone.project = at.seen->token;
    // The server is gone, and its name free, only when the action has ended.
    auto ended = co_await at.hetzner.wait_for(std::vector<std::int64_t>(1, *deleted));
    if (!ended) co_return failure_of(ended.error());
    at.seen->servers.erase(gone.server_id);
    co_return only(std::move(gone));
}

// ---- over SSH

awaitable<step_result> do_step(const place& at, const reach_ssh_effect& want) {
    return reach(at.w, at.hetzner, want);
}
awaitable<step_result> do_step(const place& at, const run_recipe_effect& want) {
    return run(at.w, at.c, want);
}
awaitable<step_result> do_step(const place& at, const prepare_host_keys_effect& want) {
    return prepare(at.w, want);
}
awaitable<step_result> do_step(const place& at, const hand_over_effect& want) {
    return hand(at.w, want);
}

}  // namespace

awaitable<step_result> perform(world& w, step_context context, effect what) {
    auto project = co_await w.clouds.open(context.spec.provider);
    if (!project) co_return failure_of(failure_code::no_credentials, project.error().message);
    // The project lives as long as this frame does.
    const std::shared_ptr<cloud> hetzner = *project;
    place at{w, *hetzner, context, nullptr};
    if (properties_of(step_of(what)).request != request_kind::none) {
        auto seen = co_await context.surveys->look(context.spec.provider, hetzner, kept_for_ever);
        if (!seen) co_return certainly(failure_of(seen.error()));
        if ((*seen)->is_older()) co_return older_log(**seen);
        at.seen = *seen;
    }
    auto work = std::visit([&](const auto& want) { return do_step(at, want); }, what);
    co_return co_await std::move(work);
}

}  // namespace slipway
