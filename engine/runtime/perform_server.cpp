// The server: ordered, found again, and deleted.
#include "engine/runtime/cloud_config.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/runtime/perform_place.hpp"

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;

namespace {

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
    auto found = co_await at.hetzner->find_server(name);
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

// A request that is wrong as it is. Of what it names, networks and firewalls may have gone since it was ordered.
step_failure refused(const cloud_error& problem, const new_server& request) {
    step_failure f = failure_of(problem);
    if (problem.failure == cloud_failure::not_found) f.code = failure_code::invalid;  // asked again it names the same
    std::string named;
    for (const std::int64_t id : request.networks) named += ", network " + std::to_string(id);
    for (const std::int64_t id : request.firewalls) named += ", firewall " + std::to_string(id);
    if (f.code == failure_code::invalid && !named.empty())
        f.message += " The server was to have" + named.substr(1) + ": see whether that still exists in the project.";
    return f;
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

}  // namespace

awaitable<step_result> create_server(const place& at, const create_server_effect& want) {
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
    if (c.spec.network != 0) request.networks.push_back(c.spec.network);
    request.firewalls = c.spec.firewalls;
    request.user_data = cloud_config(*host_key, operator_key->public_line, c.spec.app);
    server_owner owner;
    owner.install = w.log.install_id();
    owner.stream = c.stream;
    owner.order = c.order;
    owner.contract_id = c.contract_id;
    owner.expires_at = c.expires_at;
    request.labels = server_labels(owner, c.spec.labels);
    auto made = co_await at.hetzner->create_server(request, c.may_send);
    if (made) co_return server_fact(at, made->server, made->actions, false, want.unknown, host_key->public_line);
    const cloud_error problem = made.error();
    const bool taken = problem.failure == cloud_failure::name_taken;
    if (!taken && !outcome_unknown(problem.failure)) co_return refused(problem, request);

    // Taken: usually our own earlier request worked. Unknown: it may have worked now. Either way: look.
    auto found = co_await find_by_name(at, want.name);
    if (!found) co_return in_doubt(failure_of(problem));
    if (found->what == found_as::stranger && !taken) co_return failure_of(problem);
    if (auto known = known_by(at, want, *found, want.unknown + 1, host_key->public_line)) co_return *std::move(known);
    co_return failure_of(problem);
}

namespace {

// The stream's server in doubt, by its label: an order in doubt may be one under an earlier name, which was a stranger's
// meanwhile. What another history has made may be somebody's by now, and is left to who asks for it.
awaitable<cloud_result<lookup>> find_by_label(const place& at) {
    auto servers = co_await at.hetzner->list_servers(std::string(label_stream) + "=" + at.c.stream.text);
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
    auto there = co_await at.hetzner->get_server(id);
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

step_failure does_not_say(std::int64_t server) {
    return failure_of(failure_code::not_sent, "the server " + std::to_string(server) +
                                                  " does not answer, so nobody can tell whether it was handed over; it "
                                                  "is deleted when it does, or when its end is asked for");
}

// Before a server is deleted that nobody has asked to end: whether it was handed over, whatever this log says. Then it
// shows a host key that this log does not know, or does not let the operator in any more. One that does not answer was
// not where this very process has ordered it (`is_own`); else it is asked again. A recipe that failed has failed in every
// history, and who gave up reaching a VM had made it itself.
enum class handed_over_as { no, somebodys, unknown };
awaitable<handed_over_as> was_handed_over(const place& at, std::string address, bool is_own) {
    constexpr std::chrono::seconds patience{10};
    auto sent = at.w.keys.first_host_key(at.c.stream);
    if (!sent || address.empty() || at.c.was_judged) co_return handed_over_as::no;
    ssh_target target;
    target.address = std::move(address);
    target.host_keys = at.c.prepared;
    target.host_keys.push_back(sent->public_line);
    const auto shown = co_await at.w.shell.wait_until_ready(target, patience);
    if (shown) co_return handed_over_as::no;
    const shell_failure why = shown.error().failure;
    const bool is_shut = why == shell_failure::denied && !at.c.prepared.empty();
    if (why == shell_failure::wrong_host_key || is_shut) co_return handed_over_as::somebodys;
    const bool is_silent = why == shell_failure::timed_out || why == shell_failure::unreachable;
    co_return is_silent && !is_own ? handed_over_as::unknown : handed_over_as::no;
}

}  // namespace

awaitable<step_result> delete_server(const place& at, const delete_server_effect& want) {
    const step_context& c = at.c;
    server_deleted gone;
    std::string address = c.address;
    bool is_own = c.witnessed;
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
        const std::string order = label_of(found->server.labels, label_order);
        is_own = is_own || std::find(c.own_orders.begin(), c.own_orders.end(), order) != c.own_orders.end();
    } else if (auto no = co_await is_not_there(at, gone.server_id)) {
        co_return *std::move(no);
    }
    if (!c.commanded) {
        const auto is_somebodys = co_await was_handed_over(at, address, is_own);
        if (is_somebodys == handed_over_as::unknown) co_return does_not_say(gone.server_id);
        if (is_somebodys == handed_over_as::somebodys) {
            cloud_server server;
            server.id = gone.server_id;
            server.name = c.spec.name;
            co_return of_another_history(server);
        }
    }
    auto deleted = co_await at.hetzner->delete_server(gone.server_id, c.may_send);
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
    auto ended = co_await at.hetzner->wait_for(std::vector<std::int64_t>(1, *deleted));
    if (!ended) co_return failure_of(ended.error());
    at.seen->servers.erase(gone.server_id);
    co_return only(std::move(gone));
}

}  // namespace slipway
