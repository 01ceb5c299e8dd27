// The marketplace's providers and offerings: what an operator sets up.
#include "engine/runtime/ownership.hpp"
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"
#include "engine/service/recipe_rules.hpp"
#include "engine/service/recipients.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace slipway::service {

namespace {

std::string field_name(problem::field where) {
    switch (where) {
        case problem::field::server_type: return "infra_config.server_type";
        case problem::field::location: return "infra_config.location";
        case problem::field::image: return "infra_config.image";
    }
    return "infra_config";
}

bool by_channel(const recipient& a, const recipient& b) { return a.channel < b.channel; }

std::optional<failure> wrong_recipient(const std::vector<recipient>& recipients) {
    for (const recipient& one : recipients) {
        const recipient_kind* kind = find_recipient_kind(one.channel);
        if (!kind || kind->sealed_as) return wrong_field("recipients", "there is no channel \"" + one.channel + "\"");
        if (one.address.size() > kind->longest || !kind->is_address(one.address))
            return wrong_field(std::string(kind->field), std::string(kind->rule));
    }
    return {};
}

// In order of channels.
std::optional<failure> twice(const std::vector<recipient>& recipients) {
    const auto found = std::adjacent_find(recipients.begin(), recipients.end(),
                                          [](const recipient& a, const recipient& b) { return a.channel == b.channel; });
    if (found == recipients.end()) return {};
    return wrong_field(std::string(find_recipient_kind(found->channel)->field), "there is one address for each channel");
}

// Those that are secrets, as they are kept.
answer<std::vector<recipient>> sealed_recipients(const provider_input& input, const kept_tokens& with) {
    std::vector<recipient> all;
    for (const secret_recipient& one : input.secret_recipients) {
        const recipient_kind* kind = find_recipient_kind(one.channel);
        if (!kind || !kind->sealed_as) return wrong_field("recipients", "there is no such channel \"" + one.channel + "\"");
        const std::string_view address = one.address.reveal();
        if (address.size() > kind->longest || !kind->is_address(address))
            return wrong_field(std::string(kind->field), std::string(kind->rule));
        auto sealed = with.seal_address(*kind->sealed_as, input.id, address);
        if (!sealed) return failure_of(sealed.error());
        recipient kept;
        kept.channel = one.channel;
        kept.address = *std::move(sealed);
        all.push_back(std::move(kept));
    }
    return all;
}

}  // namespace

marketplace::marketplace(parts with, marketplace_settings settings)
    : with_(with), settings_(std::move(settings)), views_(with.log) {}

answering<std::shared_ptr<project>> marketplace::project_of(std::string provider) {
    auto found = co_await with_.projects.find(std::move(provider));
    if (!found) co_return failure_of(found.error());
    co_return *std::move(found);
}

answering<provider_record> marketplace::put_provider(provider_input input, origin from) {
    auto sealed = with_.tokens.seal(input.id, input.hetzner_token.reveal());
    if (!sealed) co_return failure_of(sealed.error());
    if (input.id == direct_project)
        co_return wrong_field("id", "\"direct\" is the project of slipway's own configuration: choose another id");
    if (!looks_like_a_token(input.hetzner_token.reveal()))
        co_return wrong_field("hetzner_token", "it holds a blank, a line break or another character that cannot be "
                                               "part of a token: copy it again");
    if (auto wrong = wrong_recipient(input.recipients)) co_return *std::move(wrong);
    auto entrusted = sealed_recipients(input, with_.tokens);
    if (!entrusted) co_return entrusted.error();
    input.recipients.insert(input.recipients.end(), entrusted->begin(), entrusted->end());
    std::sort(input.recipients.begin(), input.recipients.end(), by_channel);
    if (auto wrong = twice(input.recipients)) co_return *std::move(wrong);
    secret copy(std::string(input.hetzner_token.reveal()));
    const auto unnamed = with_.projects.unnamed(std::move(copy));
    const auto checked = co_await unnamed->check_token();
    if (!checked && refuses_token(checked.error()))
        co_return wrong_field("hetzner_token", "Hetzner refuses it: " + checked.error().message);
    if (!checked) co_return failure_of(checked.error());

    auto known = co_await with_.registry.provider(input.id);
    if (!known) co_return failure_of(known.error());
    if (*known)
        if (auto same = co_await same_project(input.id, unnamed); !same) co_return same.error();
    provider_record record;
    record.id = input.id;
    record.sealed_token = *std::move(sealed);
    record.recipients = std::move(input.recipients);
    record.changed_at = with_.clock.now();
    record.token_checked_at = record.changed_at;
    record.created_at = *known ? (*known)->created_at : record.changed_at;
    const auto stored = co_await with_.registry.put_provider(record);
    if (!stored) co_return failure_of(stored.error());
    spdlog::info("provider {}: token {} by {}", record.id, *known ? "replaced" : "stored", from.actor);
    co_return record;
}

// A new token of another project would make everything of the provider's look deleted: contracts would end, and servers
// go on costing money. It is the same project's where it sees something that the provider is known to have there.
answering<void> marketplace::same_project(std::string provider, std::shared_ptr<slipway::project> project) {
    const auto lives = co_await live_ones();
    if (!lives) co_return failure_of(lives.error());
    std::set<std::int64_t> servers, keys;
    bool in_doubt = false;
    bool is_same_token = true;
    for (const stream_view& one : *lives) {
        const spine& d = one.state.data;
        if (d.spec.provider != provider) continue;
        if (d.server) servers.insert(d.server->id);
        if (d.key) keys.insert(d.key->id);
        in_doubt = in_doubt || d.servers_in_doubt() > 0 || d.keys_in_doubt() > 0;
        const bool has_something = d.server_may_exist() || d.key_may_exist();
        if (has_something && d.may_be_in() != project->token_mark()) is_same_token = false;
    }
    if (is_same_token) co_return answer<void>();
    const auto there = co_await project->list_servers(std::string(label_managed_by) + "=slipway");
    if (!there) co_return failure_of(there.error());
    for (const cloud_server& server : *there)
        if (servers.contains(server.id)) co_return answer<void>();
    const auto known = co_await project->list_resources("ssh_keys");
    if (!known) co_return failure_of(known.error());
    for (const cloud_resource& key : *known)
        if (keys.contains(key.id)) co_return answer<void>();
    if (servers.empty() && keys.empty() && in_doubt)
        co_return failure_of(error_kind::refused, "an order of provider " + provider +
                                                      " was sent and not answered yet, and only its own token can tell "
                                                      "what became of it: try again when that is known, or end the "
                                                      "contract first");
    co_return failure_of(error_kind::refused,
                         "this token is of another Hetzner project: none of the " + std::to_string(servers.size()) +
                             " servers and " + std::to_string(keys.size()) + " SSH keys of provider " + provider +
                             " is in it. Use a token of the same project, or end its contracts first");
}

answering<provider_record> marketplace::provider(std::string id, origin) {
    auto found = co_await with_.registry.provider(id);
    if (!found) co_return failure_of(found.error());
    if (!*found) co_return failure_of(error_kind::not_found, "there is no provider " + id);
    co_return **std::move(found);
}

answering<provider_record> marketplace::check_provider(std::string id, origin from) {
    auto found = co_await provider(id, std::move(from));
    if (!found) co_return found.error();
    auto project = co_await project_of(id);
    if (!project) co_return project.error();
    const auto checked = co_await (*project)->check_token();
    if (!checked && !refuses_token(checked.error())) co_return failure_of(checked.error());
    provider_record record = *std::move(found);
    record.token_works = checked.has_value();
    record.token_problem = checked ? "" : checked.error().message;
    record.token_checked_at = with_.clock.now();
    const auto noted = co_await with_.registry.note_token(record);
    if (!noted) co_return failure_of(noted.error());
    co_return record;
}

answering<offering_record> marketplace::put_offering(offering_input input, origin) {
    if (const auto good = check_recipe_if_any(input.recipe); !good)
        co_return wrong_field("recipe_script", "the recipe cannot be run: " + good.error().message);
    auto provider = co_await with_.registry.provider(input.provider);
    if (!provider) co_return failure_of(provider.error());
    if (!*provider) co_return wrong_field("provider", "there is no provider " + input.provider + ": store its token first");
    auto project = co_await project_of(input.provider);
    if (!project) co_return project.error();
    const auto catalog = co_await (*project)->catalog();
    if (!catalog) co_return failure_of(catalog.error());

    candidate wanted;
    wanted.server_type = input.server_type;
    wanted.location = input.location;
    const std::vector<candidate> all(1, wanted);
    const timestamp now = with_.clock.now();
    failure wrong;
    wrong.kind = error_kind::usage;
    for (const auto& problem : validate(**catalog, all, input.image, now))
        wrong.fields.push_back(field_error{field_name(problem.where), problem.sentence});
    const auto* type = find_type(**catalog, input.server_type);
    const auto* there = type ? type->in(input.location) : nullptr;
    if (wrong.fields.empty() && there && !there->available)
        wrong.fields.push_back(field_error{"infra_config.location", input.server_type + " is sold out in " +
                                                                             input.location +
                                                                             " at the moment: choose another location"});
    const auto good = orderable(**catalog, all, input.image, now);
    if (!wrong.fields.empty() || good.empty()) {
        wrong.message = "Hetzner has no such server to sell";
        co_return wrong;
    }
    auto known = co_await with_.registry.offering(input.id);
    if (!known) co_return failure_of(known.error());
    offering_record record;
    record.id = input.id;
    record.provider = input.provider;
    record.server_type = input.server_type;
    record.location = input.location;
    record.image = input.image;
    record.image_id = good.front().image_id;
    record.recipe = input.recipe;
    record.changed_at = now;
    record.created_at = *known ? (*known)->created_at : now;
    const auto stored = co_await with_.registry.put_offering(record);
    if (!stored) co_return failure_of(stored.error());
    co_return record;
}

answering<offering_record> marketplace::offering(std::string id, origin) {
    auto found = co_await with_.registry.offering(id);
    if (!found) co_return failure_of(found.error());
    if (!*found) co_return failure_of(error_kind::not_found, "there is no offering " + id);
    co_return **std::move(found);
}

answering<page<offering_record>> marketplace::offerings(std::string after, std::size_t limit, origin) {
    auto found = co_await with_.registry.offerings();
    if (!found) co_return failure_of(found.error());
    std::sort(found->begin(), found->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    page<offering_record> out;
    for (offering_record& one : *found) {
        if (one.id <= after) continue;
        if (out.items.size() == std::clamp<std::size_t>(limit, 1, largest_page)) {
            out.next = out.items.back().id;
            break;
        }
        out.items.push_back(std::move(one));
    }
    co_return out;
}

}  // namespace slipway::service
