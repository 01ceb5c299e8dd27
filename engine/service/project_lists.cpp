// What a project sells and has, as the marketplace shows it and chooses from it; and the askers' defaults.
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"
#include "engine/service/resource_choice.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>
#include <utility>

namespace slipway::service {

using namespace std::chrono_literals;
using boost::asio::awaitable;

namespace {

constexpr std::chrono::milliseconds lists_are_good_for = 1h;
// Who orders does not wait for a project that hangs where its lists were seen a while ago.
constexpr std::chrono::milliseconds patience_with_lists_at_hand = 5s;

using resources = std::vector<cloud_resource>;

}  // namespace

answering<project_catalog> marketplace::catalog(std::string provider, origin) {
    return read_catalog(std::move(provider), false);
}

answering<project_catalog> marketplace::refresh(std::string provider, origin) {
    return read_catalog(std::move(provider), true);
}

answering<project_catalog> marketplace::read_catalog(std::string provider, bool fresh) {
    if (provider.empty()) provider = direct_project;
    auto project = co_await project_of(provider);
    if (!project) co_return project.error();
    auto offers = co_await (*project)->catalog(fresh);
    if (!offers) co_return failure_of(offers.error());
    heard_of(provider, **project).offers = *offers;
    project_catalog out;
    out.offers = *std::move(offers);
    const std::pair<const char*, resources*> lists[] = {
        {"networks", &out.networks}, {"ssh_keys", &out.ssh_keys}, {"firewalls", &out.firewalls}};
    for (const auto& [kind, into] : lists) {
        auto found = co_await look_at(provider, *project, kind);
        if (!found) co_return failure_of(found.error());
        *into = *std::move(found);
    }
    co_return out;
}

std::optional<project_catalog> marketplace::known_catalog(const std::string& provider) {
    const auto found = heard_.find(provider.empty() ? direct_project : provider);
    if (found == heard_.end() || !found->second.offers) return std::nullopt;
    const auto list = [&](const char* kind) {
        const auto known = found->second.lists.find(kind);
        return known == found->second.lists.end() ? resources{} : known->second.all;
    };
    project_catalog out;
    out.offers = found->second.offers;
    out.networks = list("networks");
    out.ssh_keys = list("ssh_keys");
    out.firewalls = list("firewalls");
    return out;
}

// Another token may open another project, of which nothing was heard yet.
marketplace::heard_project& marketplace::heard_of(const std::string& provider, const slipway::project& project) {
    heard_project& known = heard_[provider];
    const std::string mark = project.token_mark();
    if (known.token_mark != mark) known = heard_project{};
    known.token_mark = mark;
    return known;
}

awaitable<cloud_result<resources>> marketplace::look_at(std::string provider, std::shared_ptr<slipway::project> project,
                                                        std::string kind) {
    auto seen = co_await project->list_resources(kind);
    if (!seen) co_return seen.error();
    heard_project::list& known = heard_of(provider, *project).lists[kind];
    known.all = *seen;
    known.at = with_.clock.now();
    co_return seen;
}

// Fresh, since what was there an hour ago may be gone. Where Hetzner does not answer, what was there within the hour will
// do: the VM waits for Hetzner as well.
answering<resources> marketplace::list_for_order(std::string provider, std::shared_ptr<slipway::project> project,
                                                 std::string kind) {
    using namespace boost::asio::experimental::awaitable_operators;
    const heard_project& known = heard_of(provider, *project);
    const auto list = known.lists.find(kind);
    const timestamp now = with_.clock.now();
    if (list == known.lists.end() || now < list->second.at || now - list->second.at > lists_are_good_for) {
        auto seen = co_await look_at(provider, project, kind);
        if (!seen) co_return failure_of(seen.error());
        co_return *std::move(seen);
    }
    resources before = list->second.all;
    auto looking = look_at(provider, project, kind);
    auto waiting = with_.clock.sleep(patience_with_lists_at_hand);
    auto first = co_await (std::move(looking) || std::move(waiting));
    if (first.index() == 1) co_return before;
    auto& seen = std::get<0>(first);
    if (seen) co_return *std::move(seen);
    if (refuses_token(seen.error())) co_return failure_of(seen.error());
    co_return before;
}

answering<chosen_resources> marketplace::resources_for(vm_input input, std::shared_ptr<slipway::project> project,
                                                       origin from) {
    project_lists there;
    struct row {
        bool needed;
        const char* kind;
        resources* into;
    };
    const row rows[] = {{needs_networks(input), "networks", &there.networks},
                        {needs_firewalls(input), "firewalls", &there.firewalls},
                        {needs_ssh_keys(input), "ssh_keys", &there.ssh_keys}};
    for (const row& one : rows) {
        if (!one.needed) continue;
        auto found = co_await list_for_order(direct_project, project, one.kind);
        if (!found) co_return found.error();
        *one.into = *std::move(found);
    }
    const auto preferred = co_await with_.registry.defaults(from.actor);
    if (!preferred) co_return failure_of(preferred.error());
    co_return choose_resources(input, there, *preferred);
}

answering<user_defaults> marketplace::defaults(origin from) {
    auto kept = co_await with_.registry.defaults(from.actor);
    if (!kept) co_return failure_of(kept.error());
    co_return *std::move(kept);
}

answering<user_defaults> marketplace::set_defaults(defaults_input input, origin from) {
    auto project = co_await project_of(direct_project);
    if (!project) co_return project.error();
    project_lists there;
    struct row {
        const std::optional<std::int64_t>& id;
        const char* kind;
        resources* into;
    };
    const row rows[] = {{input.network, "networks", &there.networks},
                        {input.firewall, "firewalls", &there.firewalls},
                        {input.ssh_key, "ssh_keys", &there.ssh_keys}};
    for (const row& one : rows) {
        if (!one.id || *one.id == 0) continue;
        auto found = co_await look_at(direct_project, *project, one.kind);
        if (!found) co_return failure_of(found.error());
        *one.into = *std::move(found);
    }
    if (auto good = check_defaults(input, there); !good) co_return good.error();
    user_defaults record;
    record.owner = from.actor;
    record.network = input.network;
    record.ssh_key = input.ssh_key;
    record.firewall = input.firewall;
    const auto kept = co_await with_.registry.put_defaults(record);
    if (!kept) co_return failure_of(kept.error());
    co_return record;
}

}  // namespace slipway::service
