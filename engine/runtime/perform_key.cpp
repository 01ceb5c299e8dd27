// The user's SSH key at Hetzner: made known, and let go of.
#include "engine/runtime/ownership.hpp"
#include "engine/runtime/perform_place.hpp"

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;

namespace {

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

}  // namespace

awaitable<step_result> register_key(const place& at, const register_key_effect& want) {
    world& w = at.w;
    cloud& hetzner = *at.hetzner;
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

namespace {

// Whether one of these streams has this very key, or may yet be found to: one of the same material may be in another
// project than `home`, the key's.
awaitable<result<bool>> is_used(const place& at, std::vector<stream_id> by, std::int64_t key, std::string home) {
    for (const stream_id& stream : by) {
        auto records = co_await at.w.log.read_stream(stream, 0);
        if (!records) co_return records.error();
        const auto state = replay(*records);
        if (!state) co_return true;  // nobody can tell
        const spine& d = state->data;
        const std::string& project = d.may_be_in();
        const bool is_here = project.empty() || project == home;
        if ((d.key && d.key->id == key) || (is_here && d.keys_in_doubt() > 0)) co_return true;
    }
    co_return false;
}

}  // namespace

awaitable<step_result> release_key(const place& at, const release_key_effect& want) {
    world& w = at.w;
    cloud& hetzner = *at.hetzner;
    const step_context& c = at.c;
    std::int64_t id = want.key_id;
    bool ours = want.ours;
    key_deleted gone;
    if (id == 0) {
        auto found = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!found) co_return failure_of(found.error());
        // Until our own request has turned up or its time is over, neither "gone" nor "somebody else's" can be said.
        const bool turned_up = *found && is_made_by(**found, w.log.install_id(), c.stream);
        if (!turned_up) {
            if (auto wait = too_early(c)) co_return *std::move(wait);
            if (auto no = co_await may_be_elsewhere(at, "the SSH key " + c.spec.key_name)) co_return *std::move(no);
        }
        if (!*found) co_return only(std::move(gone));
        id = (*found)->id;
        ours = is_ours(**found, w.log.install_id());
    }
    auto others = co_await w.log.live_with_key(c.spec.provider, want.fingerprint, c.stream);
    if (!others) co_return failure_of(failure_code::lost, others.error().message);
    const bool is_known = want.key_id != 0 && !c.project.empty();  // else it was found by this token
    const std::string home = is_known ? c.project : at.seen->token;
    const auto used = co_await is_used(at, *others, id, home);
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
    // What has this number now must be what had it when it was written down; and one of the same material under another
    // number is the same key, registered anew, only in the same project.
    if (want.key_id != 0 && !at.seen->ssh_keys.contains(id)) {
        auto there = co_await hetzner.find_ssh_key(want.fingerprint);
        if (!there) co_return certainly(failure_of(there.error()));
        const bool is_registered = *there && is_ours(**there, w.log.install_id());
        if (!is_registered || (*there)->id != id)
            if (auto no = co_await may_be_elsewhere(at, "the SSH key " + std::to_string(id))) co_return *std::move(no);
        if (!is_registered) {
            gone.key_id = id;
            co_return only(std::move(gone));
        }
        id = (*there)->id;
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

}  // namespace slipway
