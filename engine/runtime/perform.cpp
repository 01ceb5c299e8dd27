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

// ---- the key

// `unknown`: the requests that may have made it, or may yet be carried out. Of a stranger's key, or another VM's, it is
// known that none of them made it.
std::vector<event> key_fact(const world& w, const step_context& c, const cloud_ssh_key& key, int unknown) {
    const std::string install = w.log.install_id();
    key_created e;
    e.key_id = key.id;
    e.fingerprint = key.fingerprint;
    e.ours = is_ours(key, install);
    e.still_unknown = is_made_by(key, install, c.stream) ? std::max(0, unknown - 1) : unknown;
    return only(std::move(e));
}

awaitable<step_result> do_step(world& w, cloud& hetzner, const step_context& c, const register_key_effect& want) {
    if (want.unknown > 0) {
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!found) co_return certainly(failure_of(found.error()));
        if (*found) co_return key_fact(w, c, **found, want.unknown);
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
            co_return only(std::move(e));
        }
        const bool taken = made.error().failure == cloud_failure::name_taken;
        if (!taken && !outcome_unknown(made.error().failure)) co_return failure_of(made.error());
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (found && *found) {
            // "Taken", and by somebody else's: that was a plain no, and nothing of ours is on its way.
            const bool refused = taken && !is_made_by(**found, w.log.install_id(), c.stream);
            co_return key_fact(w, c, **found, refused ? want.unknown : want.unknown + 1);
        }
        if (!taken) co_return failure_of(made.error());
        if (!found) co_return in_doubt(failure_of(found.error()));
    }
    co_return failure_of(failure_code::name_taken,
                         "Hetzner says that the SSH key " + want.name + " exists, and does not show it");
}

// Hetzner's ids name one thing in one project; a token of another project finds nothing, and that is no proof that it
// is gone. What was made together is together.
step_failure elsewhere(const std::string& what) {
    return failure_of(failure_code::other_project,
                      "neither " + what +
                          " is in the project that the token opens: is it another project's token? If "
                          "all of it was deleted by hand, ask for the end once more");
}

awaitable<step_result> do_step(world& w, cloud& hetzner, const step_context& c, const release_key_effect& want) {
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
        if (!*found) co_return only(std::move(gone));
        id = (*found)->id;
        ours = is_ours(**found, w.log.install_id());
    }
    auto others = co_await w.log.live_with_key(c.spec.provider, want.fingerprint, c.stream);
    if (!others) co_return failure_of(failure_code::lost, others.error().message);
    key_kept kept;
    kept.key_id = id;
    if (!others->empty()) {
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
    auto deleted = co_await hetzner.delete_ssh_key(id, c.may_send);
    if (!deleted && deleted.error().failure == cloud_failure::not_found && want.key_id != 0) {
        // Somebody deleted it. Another VM may have registered it again since, and have left it to this one to let go
        // of.
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!found) co_return failure_of(found.error());
        if (*found && is_ours(**found, w.log.install_id())) {
            id = (*found)->id;
            deleted = co_await hetzner.delete_ssh_key(id, c.may_send);
        } else if (!*found && c.server_left && !c.end_repeated) {
            co_return elsewhere("the SSH key " + std::to_string(id) + " nor the server");
        }
    }
    gone.key_id = id;
    gone.existed = deleted.has_value() || want.key_id == 0;  // it was seen: of those in doubt one has turned up
    if (!deleted && deleted.error().failure != cloud_failure::not_found) co_return failure_of(deleted.error());
    co_return only(std::move(gone));
}

// ---- the server

// Adopted: one of the requests of unknown outcome made it, so that one fewer may yet be carried out.
std::vector<event> server_fact(const cloud_server& server, std::vector<std::int64_t> actions, bool adopted, int unknown,
                               std::string host_key) {
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
    return only(std::move(e));
}

enum class found_as { nothing, ours, stranger };

struct lookup {
    found_as what = found_as::nothing;
    cloud_server server;
};

awaitable<cloud_result<lookup>> find_by_name(world& w, cloud& hetzner, const step_context& c, std::string name) {
    auto found = co_await hetzner.find_server(name);
    if (!found) co_return found.error();
    lookup out;
    if (*found) {
        out.server = **found;
        out.what = is_ours(out.server, w.log.install_id(), c.stream) ? found_as::ours : found_as::stranger;
    }
    co_return out;
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

awaitable<step_result> do_step(world& w, cloud& hetzner, const step_context& c, const create_server_effect& want) {
    auto host_key = w.keys.first_host_key(c.stream);
    if (!host_key) co_return failure_of(failure_code::no_credentials, host_key.error().message);
    auto operator_key = w.keys.operator_key();
    if (!operator_key) co_return failure_of(failure_code::no_credentials, operator_key.error().message);

    if (want.unknown > 0) {
        auto found = co_await find_by_name(w, hetzner, c, want.name);
        if (!found) co_return certainly(failure_of(found.error()));
        if (found->what == found_as::ours)
            co_return server_fact(found->server, {}, true, want.unknown, host_key->public_line);
        if (found->what == found_as::stranger) co_return name_is_foreign(c, want);
    }
    new_server request;
    request.name = want.name;
    request.server_type = want.where.server_type;
    request.location = want.where.location;
    request.image_id = want.where.image_id;
    request.ssh_keys.push_back(want.key_id);
    request.user_data = cloud_config(*host_key, operator_key->public_line, c.spec.app);
    request.labels = server_labels(w.log.install_id(), c.stream, c.spec.labels);
    auto made = co_await hetzner.create_server(request, c.may_send);
    if (made) co_return server_fact(made->server, made->actions, false, want.unknown, host_key->public_line);
    const cloud_error problem = made.error();
    const bool taken = problem.failure == cloud_failure::name_taken;
    if (!taken && !outcome_unknown(problem.failure)) co_return failure_of(problem);

    // Taken: usually our own earlier request worked. Unknown: it may have worked now. Either way: look.
    auto found = co_await find_by_name(w, hetzner, c, want.name);
    if (!found) co_return in_doubt(failure_of(problem));
    if (found->what == found_as::ours)
        co_return server_fact(found->server, {}, true, want.unknown + 1, host_key->public_line);
    if (found->what == found_as::stranger && taken) co_return name_is_foreign(c, want);
    co_return failure_of(problem);
}

awaitable<step_result> do_step(world& w, cloud& hetzner, const step_context& c, const delete_server_effect& want) {
    server_deleted gone;
    gone.server_id = want.server_id;
    if (gone.server_id == 0) {
        // By its label: an order in doubt may be one under an earlier name, which was a stranger's meanwhile.
        auto servers = co_await hetzner.list_servers("slipway-stream=" + c.stream.text);
        if (!servers) co_return failure_of(servers.error());
        for (const cloud_server& server : *servers)
            if (is_ours(server, w.log.install_id(), c.stream)) gone.server_id = server.id;
        if (gone.server_id == 0) {
            if (auto wait = too_early(c)) co_return *std::move(wait);
            co_return only(std::move(gone));
        }
    }
    auto deleted = co_await hetzner.delete_server(gone.server_id, c.may_send);
    if (!deleted && deleted.error().failure == cloud_failure::not_found) {
        gone.existed = want.server_id == 0;  // it was seen: of those in doubt one has turned up
        if (gone.existed || c.key_id == 0 || c.end_repeated) co_return only(std::move(gone));
        auto key = co_await hetzner.find_ssh_key(c.spec.key_fingerprint);
        if (!key) co_return failure_of(key.error());
        const bool same_project = *key && (*key)->id == c.key_id;
        if (!same_project)
            co_return elsewhere("the server " + std::to_string(gone.server_id) + " nor the SSH key made known for it");
        co_return only(std::move(gone));
    }
    if (!deleted) co_return failure_of(deleted.error());
    gone.existed = true;
    // The server is gone, and its name free, only when the action has ended.
    auto ended = co_await hetzner.wait_for(std::vector<std::int64_t>(1, *deleted));
    if (!ended) co_return failure_of(ended.error());
    co_return only(std::move(gone));
}

// ---- over SSH

awaitable<step_result> do_step(world& w, cloud& hetzner, const step_context&, const reach_ssh_effect& want) {
    return reach(w, hetzner, want);
}
awaitable<step_result> do_step(world& w, const step_context& c, const run_recipe_effect& want) {
    return run(w, c, want);
}
awaitable<step_result> do_step(world& w, const step_context&, const prepare_host_keys_effect& want) {
    return prepare(w, want);
}
awaitable<step_result> do_step(world& w, const step_context&, const hand_over_effect& want) {
    return hand(w, want);
}

template <class E>
constexpr bool asks_hetzner = requires(world& w, cloud& hetzner, const step_context& c, const E& want) {
    do_step(w, hetzner, c, want);
};

}  // namespace

awaitable<step_result> perform(world& w, step_context context, effect what) {
    // The project lives as long as this frame does. What only talks to the VM needs no token.
    std::shared_ptr<cloud> hetzner;
    const bool asks = std::visit([]<class E>(const E&) { return asks_hetzner<E>; }, what);
    if (asks) {
        auto project = co_await w.clouds.open(context.spec.provider);
        if (!project) co_return failure_of(failure_code::no_credentials, project.error().message);
        hetzner = *std::move(project);
    }
    const auto begin = [&]<class E>(const E& want) {
        if constexpr (asks_hetzner<E>)
            return do_step(w, *hetzner, context, want);
        else
            return do_step(w, context, want);
    };
    auto work = std::visit(begin, what);
    co_return co_await std::move(work);
}

}  // namespace slipway
