// The marketplace's providers and offerings: what an operator sets up.
#include "engine/service/marketplace.hpp"

#include "engine/service/ordering.hpp"
#include "engine/service/catalog_rules.hpp"
#include "engine/runtime/ownership.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;

namespace {

failure wrong_field(std::string field, std::string detail) {
    failure out;
    out.kind = error_kind::usage;
    out.message = detail;
    out.fields.push_back(field_error{std::move(field), std::move(detail)});
    return out;
}

std::string field_name(problem::field where) {
    switch (where) {
        case problem::field::server_type: return "infra_config.server_type";
        case problem::field::location: return "infra_config.location";
        case problem::field::image: return "infra_config.image";
    }
    return "infra_config";
}

error no_key() {
    return make_error(error_kind::configuration,
                      "providers' tokens cannot be kept: set CREDENTIAL_ENCRYPTION_KEY to 64 hex digits "
                      "(openssl rand -hex 32) and restart");
}

const char* const wrong_key =
    "CREDENTIAL_ENCRYPTION_KEY opens none of the providers' tokens: set the key that they were sealed with (after an "
    "interrupted slipway secrets rotate, run that again)";

bool refused(cloud_failure f) { return f == cloud_failure::unauthorized || f == cloud_failure::forbidden; }

}  // namespace

failure failure_of(const error& e) {
    failure out;
    out.kind = e.kind;
    out.message = e.message;
    return out;
}

failure failure_of(const cloud_error& e) {
    failure out;
    out.kind = refused(e.failure) ? error_kind::refused : error_kind::unreachable;
    out.message = e.message;
    return out;
}

marketplace::marketplace(parts with, marketplace_settings settings, std::shared_ptr<const vault::sealing_key> sealing)
    : with_(with), settings_(std::move(settings)), sealing_(std::move(sealing)), news_(with.executor) {}

awaitable<result<void>> marketplace::start() {
    auto providers = co_await with_.registry.providers();
    if (!providers) co_return providers.error();
    for (const provider_record& one : *providers) know(one);
    if (sealing_ && !opens_a_token(*sealing_))
        co_return make_error(error_kind::configuration, wrong_key);
    co_return result<void>{};
}

result<void> marketplace::use_key(std::shared_ptr<const vault::sealing_key> sealing) {
    if (!opens_a_token(*sealing)) return make_error(error_kind::configuration, wrong_key);
    sealing_ = std::move(sealing);
    return {};
}

// One damaged token is that provider's trouble; a key that opens none is the wrong key, and would end every contract.
bool marketplace::opens_a_token(const vault::sealing_key& key) const {
    return sealed_.empty() || std::any_of(sealed_.begin(), sealed_.end(),
                                          [&](const auto& one) { return key.open(one.second).has_value(); });
}

void marketplace::know(const provider_record& provider) {
    if (provider.token_works)
        token_trouble_.erase(provider.id);
    else
        token_trouble_[provider.id] = provider.token_problem;
    sealed_[provider.id] = provider.sealed_token;
    token_source::opener open = [this, id = provider.id,
                                          sealed = provider.sealed_token]() -> result<secret> {
        if (!sealing_) return no_key();
        auto token = sealing_->open(sealed);
        if (!token)
            return make_error(error_kind::configuration, "the token of provider " + id + " cannot be read with this "
                                                         "CREDENTIAL_ENCRYPTION_KEY: " + token.error().message);
        return token;
    };
    token_news news = [this, id = provider.id, sealed = provider.sealed_token](bool works,
                                                                                       const std::string& why_not) {
        auto noting = note_token(id, sealed, works, why_not);
        boost::asio::co_spawn(with_.executor, std::move(noting), boost::asio::detached);
    };
    with_.projects.add(provider.id, token_source(std::move(open)), std::move(news));
}

awaitable<void> marketplace::note_token(std::string provider, std::string sealed, bool works, std::string why_not) {
    // What is still under way with an earlier token says nothing of this one.
    if (sealed_[provider] != sealed || works == !token_trouble_.contains(provider)) co_return;
    if (works) {
        token_trouble_.erase(provider);
    } else {
        token_trouble_[provider] = why_not;
        spdlog::warn("the token of provider {} does not work: {}", provider, why_not);
    }
    provider_record about;
    about.id = provider;
    about.sealed_token = sealed;
    about.token_works = works;
    about.token_problem = why_not;
    about.token_checked_at = with_.clock.now();
    const auto noted = co_await with_.registry.note_token(about);
    if (!noted) spdlog::error("{}", noted.error().message);
}

std::string marketplace::trouble_with(const std::string& provider) const {
    const auto it = token_trouble_.find(provider);
    return it == token_trouble_.end() ? "" : it->second;
}

answering<std::shared_ptr<client>> marketplace::project_of(std::string provider) {
    auto found = with_.projects.project(provider);
    if (!found) co_return failure_of(found.error());
    co_return *std::move(found);
}

answering<provider_record> marketplace::put_provider(provider_input input) {
    if (!sealing_) co_return failure_of(no_key());
    if (input.id == direct_project)
        co_return wrong_field("id", "\"direct\" is the project of slipway's own configuration: choose another id");
    if (!looks_like_a_token(input.hetzner_token.reveal()))
        co_return wrong_field("hetzner_token", "it holds a blank, a line break or another character that cannot be "
                                               "part of a token: copy it again");
    secret copy(std::string(input.hetzner_token.reveal()));
    const auto project = with_.projects.unnamed(std::move(copy));
    const auto checked = co_await project->check_token();
    if (!checked && refused(checked.error().failure))
        co_return wrong_field("hetzner_token", "Hetzner refuses it: " + checked.error().message);
    if (!checked) co_return failure_of(checked.error());

    auto known = co_await with_.registry.provider(input.id);
    if (!known) co_return failure_of(known.error());
    if (*known)
        if (auto same = co_await same_project(input.id, project); !same) co_return same.error();
    provider_record record;
    record.id = input.id;
    record.sealed_token = sealing_->seal(input.hetzner_token.reveal());
    record.email = input.email;
    record.telegram_chat = input.telegram_chat;
    record.changed_at = with_.clock.now();
    record.token_checked_at = record.changed_at;
    record.created_at = *known ? (*known)->created_at : record.changed_at;
    const auto stored = co_await with_.registry.put_provider(record);
    if (!stored) co_return failure_of(stored.error());
    know(record);
    spdlog::info("provider {}: token {}", record.id, *known ? "replaced" : "stored");
    co_return record;
}

// A new token of another project would make every server of the provider's look deleted: their contracts would end, and
// the servers would go on costing money.
answering<void> marketplace::same_project(std::string provider, std::shared_ptr<client> project) {
    const auto lives = co_await live_ones();
    if (!lives) co_return failure_of(lives.error());
    std::set<std::int64_t> known;
    for (const life& one : *lives)
        if (one.state.data.spec.provider == provider && one.state.data.server) known.insert(one.state.data.server->id);
    if (known.empty()) co_return answer<void>();
    const auto there = co_await project->list_servers(std::string(label_managed_by) + "=slipway");
    if (!there) co_return failure_of(there.error());
    for (const cloud_server& server : *there)
        if (known.contains(server.id)) co_return answer<void>();
    co_return failure_of(make_error(error_kind::refused, "this token is of another Hetzner project: none of the " +
                                                             std::to_string(known.size()) +
                                                             " servers of provider " + provider +
                                                             " is in it. Use a token of the same project, or end "
                                                             "its contracts first"));
}

answering<provider_record> marketplace::provider(std::string id) {
    auto found = co_await with_.registry.provider(id);
    if (!found) co_return failure_of(found.error());
    if (!*found) co_return failure_of(make_error(error_kind::not_found, "there is no provider " + id));
    co_return **std::move(found);
}

answering<provider_record> marketplace::check_provider(std::string id) {
    auto found = co_await provider(id);
    if (!found) co_return found.error();
    auto project = co_await project_of(id);
    if (!project) co_return project.error();
    const auto checked = co_await (*project)->check_token();
    if (!checked && !refused(checked.error().failure)) co_return failure_of(checked.error());
    provider_record record = *std::move(found);
    record.token_works = checked.has_value();
    record.token_problem = checked ? "" : checked.error().message;
    record.token_checked_at = with_.clock.now();
    const auto noted = co_await with_.registry.note_token(record);
    if (!noted) co_return failure_of(noted.error());
    if (record.token_works)
        token_trouble_.erase(id);
    else
        token_trouble_[id] = record.token_problem;
    co_return record;
}

answering<offering_record> marketplace::put_offering(offering_input input) {
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

answering<offering_record> marketplace::offering(std::string id) {
    auto found = co_await with_.registry.offering(id);
    if (!found) co_return failure_of(found.error());
    if (!*found) co_return failure_of(make_error(error_kind::not_found, "there is no offering " + id));
    co_return **std::move(found);
}

answering<std::vector<offering_record>> marketplace::offerings() {
    auto found = co_await with_.registry.offerings();
    if (!found) co_return failure_of(found.error());
    co_return *std::move(found);
}

}  // namespace slipway::service
