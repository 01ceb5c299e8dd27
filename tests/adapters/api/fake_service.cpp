#include "tests/adapters/api/fake_service.hpp"

#include "engine/model/codec.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "engine/service/stream_story.hpp"

#include <stdexcept>
#include <utility>

namespace slipway::test {

namespace asio = boost::asio;

namespace {

service::failure not_found(const std::string& what) {
    service::failure out;
    out.kind = error_kind::not_found;
    out.message = "There is no such " + what + ".";
    return out;
}

template <class T>
service::answer<T> found_in(const std::map<std::string, T>& all, const std::string& id, const std::string& what) {
    const auto at = all.find(id);
    if (at == all.end()) return not_found(what);
    return at->second;
}

}  // namespace

// A return cannot be shared by a function.
#define REFUSE_IF_TOLD \
    if (refusal) co_return *std::exchange(refusal, std::nullopt)

fake_service::fake_service() = default;

timestamp fake_service::tick() {
    return timestamp{time_ += 1000};
}

void fake_service::happens(service::stream_view& to, const event& what) {
    const timestamp now = tick();
    if (auto done = evolve(to.state, what); !done) throw std::logic_error(done.error().message);
    if (to.created_at.ms == 0) to.created_at = now;
    to.changed_at = now;
    event_record record;
    record.seq = log.size() + 1;
    record.stream = to.stream;
    record.kind = std::string(to.state.kind());
    record.version = to.state.version;
    record.type = std::string(type_of(what));
    record.schema_version = version_of(what);
    random_bytes chance{};
    chance[0] = static_cast<std::uint8_t>(++numbers_);
    record.event_id = uuid_v7(now, chance);
    record.at = now;
    record.actor = "api";
    record.data = encode(what);
    record.hash = chain_hash(first_previous_hash, record);
    log.push_back(record);
    news_.notify_all();
}

service::stream_view& fake_service::begin(const std::string& id, const event& what) {
    service::stream_view made;
    if (std::holds_alternative<contract_accepted>(what)) {
        made.state.table = &contract_kind_machine();
        made.state.at = made.state.table->initial;
    }
    random_bytes chance{};
    chance[9] = static_cast<std::uint8_t>(++numbers_);
    made.stream.text = uuid_v7(tick(), chance);
    service::stream_view& kept = views.insert_or_assign(id, std::move(made)).first->second;
    happens(kept, what);
    return kept;
}

service::stream_view& fake_service::view_named(const std::string& id) {
    return views.at(id);
}

service::answering<provider_record> fake_service::put_provider(service::provider_input input, service::origin) {
    REFUSE_IF_TOLD;
    ++changes;
    last_token = std::string(input.hetzner_token.reveal());
    provider_record& kept = providers[input.id];
    kept.id = input.id;
    kept.sealed_token = "sealed-" + std::string(8, 'x');
    kept.recipients = std::move(input.recipients);
    for (const service::secret_recipient& one : input.secret_recipients) kept.recipients.push_back({one.channel, "sealed"});
    kept.token_checked_at = kept.changed_at = tick();
    if (kept.created_at.ms == 0) kept.created_at = kept.changed_at;
    co_return kept;
}

service::answering<provider_record> fake_service::provider(std::string id, service::origin) {
    REFUSE_IF_TOLD;
    co_return found_in(providers, id, "provider");
}

service::answering<provider_record> fake_service::check_provider(std::string id, service::origin) {
    REFUSE_IF_TOLD;
    ++changes;
    if (providers.count(id) == 0) co_return not_found("provider");
    provider_record& kept = providers[id];
    kept.token_works = false;
    kept.token_problem = "Hetzner does not know this token.";
    kept.token_checked_at = tick();
    co_return kept;
}

service::answering<offering_record> fake_service::put_offering(service::offering_input input, service::origin) {
    REFUSE_IF_TOLD;
    ++changes;
    last_offering = input;
    offering_record& kept = all_offerings[input.id];
    kept.id = input.id;
    kept.provider = input.provider;
    kept.server_type = input.server_type;
    kept.location = input.location;
    kept.image = input.image;
    kept.recipe = input.recipe;
    kept.changed_at = tick();
    if (kept.created_at.ms == 0) kept.created_at = kept.changed_at;
    co_return kept;
}

service::answering<offering_record> fake_service::offering(std::string id, service::origin) {
    REFUSE_IF_TOLD;
    co_return found_in(all_offerings, id, "offering");
}

service::answering<service::page<offering_record>> fake_service::offerings(std::string after, std::size_t limit,
                                                                           service::origin) {
    REFUSE_IF_TOLD;
    service::page<offering_record> out;
    for (const auto& [id, one] : all_offerings) {
        if (id <= after) continue;
        if (out.items.size() == limit) {
            out.next = out.items.back().id;
            break;
        }
        out.items.push_back(one);
    }
    co_return out;
}

service::answering<service::stream_view> fake_service::accept_contract(service::contract_input input, service::origin from) {
    REFUSE_IF_TOLD;
    ++changes;
    last_origin = from;
    last_contract = input;
    contract_accepted accepted;
    accepted.contract_id = input.id.empty() ? "made-" + std::to_string(++numbers_) : input.id;
    accepted.offering = input.offering;
    accepted.expires_at = input.expires_at;
    accepted.owner = "buyer";
    accepted.spec.name = "dc-0001";
    accepted.spec.provider = "acme";
    accepted.spec.image = "ubuntu-24.04";
    accepted.spec.public_key = input.public_key;
    accepted.spec.app = "none";
    accepted.spec.candidates.push_back(candidate{"cx23", "nbg1", 7});
    co_return begin(accepted.contract_id, accepted);
}

service::answering<service::stream_view> fake_service::end_contract(std::string id, std::string reason, service::origin from) {
    REFUSE_IF_TOLD;
    ++changes;
    last_origin = from;
    if (views.count(id) == 0) co_return not_found("contract");
    end_requested asked;
    asked.reason = reason;
    happens(views[id], asked);
    co_return views[id];
}

service::answering<service::order_plan> fake_service::plan_vms(service::vm_input input, service::origin) {
    REFUSE_IF_TOLD;
    last_vm = input;
    service::order_plan plan;
    plan.names.push_back(input.name);
    service::order_plan::choice choice;
    choice.where = candidate{"cx23", "nbg1", 7};
    service::quote price;
    price.hourly = {"0.0061", "0.0073"};
    price.monthly = {"3.99", "4.75"};
    price.currency = "EUR";
    price.with_ipv4 = true;
    choice.price = price;
    plan.choices.push_back(choice);
    plan.request = "{\"name\":\"web1\",\"server_type\":\"cx23\"}";
    plan.key = "laptop (MD5:aa:bb)";
    co_return plan;
}

service::answering<std::vector<service::stream_view>> fake_service::request_vms(service::vm_input input, service::origin from) {
    REFUSE_IF_TOLD;
    ++changes;
    last_origin = from;
    last_vm = input;
    std::vector<service::stream_view> made;
    for (int i = 0; i < input.count; ++i) {
        vm_requested asked;
        asked.spec.name = input.name + (i == 0 ? "" : std::to_string(i));
        asked.spec.provider = "direct";
        asked.spec.image = input.image.empty() ? "ubuntu-24.04" : input.image;
        asked.spec.public_key = input.public_key;
        asked.spec.app = input.app;
        asked.spec.candidates.push_back(candidate{"cx23", "nbg1", 7});
        asked.owner = "me";
        made.push_back(begin(asked.spec.name, asked));
    }
    co_return made;
}

service::answering<service::stream_view> fake_service::end_vm(std::string name_or_id, service::origin from) {
    const std::string reason = "deleted";
    co_return co_await end_contract(std::move(name_or_id), reason, std::move(from));
}

service::answering<service::stream_view> fake_service::find(std::string kind, std::string name_or_id,
                                                            service::origin) {
    REFUSE_IF_TOLD;
    for (const auto& [id, one] : views)
        if (one.state.kind() == kind && (id == name_or_id || one.stream.text == name_or_id)) co_return one;
    co_return not_found(kind);
}

service::answering<service::page<service::stream_view>> fake_service::list(service::list_query query,
                                                                           service::origin) {
    REFUSE_IF_TOLD;
    last_query = query;
    service::page<service::stream_view> out;
    for (const auto& [id, one] : views)
        if (one.state.kind() == query.kind && one.stream.text > query.after && out.items.size() < query.limit)
            out.items.push_back(one);
    if (out.items.size() == query.limit) out.next = out.items.back().stream.text;
    co_return out;
}

service::answering<service::stream_story> fake_service::tell(std::string kind, std::string name_or_id, std::uint64_t version,
                                                             service::origin from) {
    const auto found = co_await find(std::move(kind), std::move(name_or_id), std::move(from));
    if (!found) co_return found.error();
    std::vector<event_record> records;
    for (const auto& record : log)
        if (record.stream == found->stream) records.push_back(record);
    service::surroundings around;
    around.provider_trouble = found->provider_trouble;
    auto told = service::tell_story(records, version, timestamp{time_}, around);
    if (!told) co_return service::failure{told.error().kind, told.error().message, {}};
    co_return *std::move(told);
}

service::answering<service::project_catalog> fake_service::catalog(std::string provider, service::origin) {
    REFUSE_IF_TOLD;
    if (provider != "direct" && providers.count(provider) == 0) co_return not_found("provider");
    slipway::catalog offers;
    offers.currency = "EUR";
    offers.fetched_at = timestamp{1'795'184'760'123};
    slipway::catalog::location place;
    place.name = "nbg1";
    place.description = "Nuremberg";
    place.country = "DE";
    place.city = "Nuremberg";
    place.network_zone = "eu-central";
    offers.locations.push_back(place);
    service::project_catalog out;
    out.offers = std::make_shared<slipway::catalog>(std::move(offers));
    cloud_resource key;
    key.id = 1;
    key.name = "me";
    key.detail = "aa:bb";
    out.ssh_keys.push_back(key);
    co_return out;
}

service::answering<service::project_catalog> fake_service::refresh(std::string provider, service::origin from) {
    ++changes;
    return catalog(std::move(provider), std::move(from));
}

service::answering<user_defaults> fake_service::defaults(service::origin from) {
    REFUSE_IF_TOLD;
    last_origin = from;
    user_defaults out = kept_defaults;
    out.owner = from.actor;
    co_return out;
}

service::answering<user_defaults> fake_service::set_defaults(service::defaults_input input, service::origin from) {
    REFUSE_IF_TOLD;
    ++changes;
    last_origin = from;
    kept_defaults.owner = from.actor;
    kept_defaults.network = input.network;
    kept_defaults.ssh_key = input.ssh_key;
    kept_defaults.firewall = input.firewall;
    co_return kept_defaults;
}

service::answering<service::audit_report> fake_service::audit(service::origin from) {
    REFUSE_IF_TOLD;
    ++changes;
    last_origin = from;
    service::audit_report out;
    out.at = tick();
    service::finding orphan;
    orphan.about.what = finding_kind::orphan;
    orphan.about.kind = resource_kind::server;
    orphan.about.id = 42;
    orphan.about.name = "dc-dead";
    orphan.about.cost_per_day = "0.1464 EUR net";
    orphan.provider = "acme";
    orphan.advice = "Delete it in Hetzner's console if nobody needs it.";
    out.findings.push_back(orphan);
    out.not_asked.push_back("The project of beta could not be looked into: its token does not work.");
    last = out;
    co_return out;
}

service::answering<std::optional<service::audit_report>> fake_service::last_audit(service::origin) {
    REFUSE_IF_TOLD;
    co_return last;
}

service::answering<service::audit_report> fake_service::adopt(service::origin from) {
    return audit(std::move(from));
}

service::answering<bool> fake_service::reaches(std::uint64_t seq, service::origin) {
    co_return seq <= log.size();
}

service::answering<std::vector<event_record>> fake_service::events(service::events_query query, service::origin) {
    REFUSE_IF_TOLD;
    std::vector<event_record> out;
    for (const auto& record : log)
        if (record.seq > query.after && (query.stream.empty() || record.stream.text == query.stream) &&
            out.size() < query.limit)
            out.push_back(record);
    co_return out;
}

service::answering<std::uint64_t> fake_service::last_seq(service::origin) {
    REFUSE_IF_TOLD;
    co_return log.empty() ? 0 : log.back().seq;
}

service::answering<service::verification> fake_service::verify(std::string after, std::size_t limit, service::origin) {
    REFUSE_IF_TOLD;
    std::map<std::string, stream_head> heads;
    for (const auto& [id, view] : views)
        if (view.stream.text > after) heads[view.stream.text] = head_of(view.state, view.stream);
    service::verification out;
    for (auto& [stream, head] : heads) {
        if (out.streams == limit) {
            out.next = std::move(after);
            break;
        }
        std::vector<event_record> records;
        for (const event_record& record : log)
            if (record.stream.text == stream) records.push_back(record);
        head.hash = records.back().hash;
        for (service::log_problem& one : service::check_stream(records, head)) out.problems.push_back(std::move(one));
        ++out.streams;
        out.events += records.size();
        after = stream;
    }
    co_return out;
}

asio::awaitable<void> fake_service::events_after(std::uint64_t after) {
    while (log.size() <= after) co_await news_.wait();
}

service::answering<service::measurements> fake_service::measure(service::origin) {
    service::measurements now;
    now.live[{"contract", "active"}] = views.size();
    now.last_seq = log.size();
    now.appends_fenced = 3;
    now.overdue = late;
    co_return now;
}

}  // namespace slipway::test
