// The marketplace's contracts and VMs: requests become commands, streams become answers.
#include "engine/service/marketplace.hpp"
#include "engine/service/ordering.hpp"
#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"

#include <algorithm>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;

namespace {

failure failed(error_kind kind, std::string message) { return failure_of(make_error(kind, std::move(message))); }

result<void> fill_in_key(vm_spec& spec, const std::string& line) {
    auto key = parse_public_key(line);
    if (!key) return key.error();
    spec.public_key = to_line(*key);
    spec.key_fingerprint = md5_fingerprint(key->blob);
    return {};
}

}  // namespace

answering<std::string> marketplace::command_id_of(std::string_view what, const origin& from) {
    if (from.idempotency_key.empty()) co_return std::string();
    const auto use = co_await with_.registry.use_key(from.idempotency_key, from.request_digest, with_.clock.now());
    if (!use) co_return failure_of(use.error());
    if (*use == key_use::misused)
        co_return failed(error_kind::usage, "this Idempotency-Key came with another request before: use a new one");
    co_return "api:" + std::string(what) + ":" + from.idempotency_key;
}

// The streams that the command with this id has touched; none where it is new.
answering<std::vector<life>> marketplace::answered_before(const std::string& command_id) {
    std::vector<life> lives;
    if (command_id.empty()) co_return lives;
    auto records = co_await with_.log.find_command(command_id);
    if (!records) co_return failure_of(records.error());
    if (records->empty()) co_return lives;
    auto life = co_await life_of(records->front().stream);
    if (!life) co_return life.error();
    lives.push_back(*std::move(life));
    co_return lives;
}

answering<life> marketplace::submit(vm_command command, stream_id stream, std::string actor,
                                              std::string command_id) {
    submission order;
    order.command = std::move(command);
    order.stream = std::move(stream);
    order.actor = std::move(actor);
    order.command_id = std::move(command_id);
    auto taken = co_await with_.engine.submit(std::move(order));
    if (!taken) co_return failure_of(taken.error());
    auto life = co_await life_of(taken->stream);
    if (life) life->state = std::move(taken->state);
    co_return life;
}

answering<life> marketplace::accept_contract(contract_input input, origin from) {
    if (!settings_.provisioning)
        co_return failed(error_kind::configuration,
                         "contracts are not provisioned here: set HETZNER_PROVISIONING_ENABLED=true to enable it");
    auto command_id = co_await command_id_of("contract", from);
    if (!command_id) co_return command_id.error();
    auto before = co_await answered_before(*command_id);
    if (!before) co_return before.error();
    if (!before->empty()) co_return std::move(before->front());

    auto offering = co_await with_.registry.offering(input.offering);
    if (!offering) co_return failure_of(offering.error());
    if (!*offering) {
        failure wrong = failed(error_kind::usage, "there is no offering " + input.offering);
        wrong.fields.push_back(field_error{"offering", wrong.message});
        co_return wrong;
    }
    const offering_record& sold = **offering;
    if (input.expires_at && *input.expires_at <= with_.clock.now()) {
        failure wrong = failed(error_kind::usage, "the contract would have ended before it began");
        wrong.fields.push_back(field_error{"expires_at", wrong.message});
        co_return wrong;
    }
    contract_accepted contract;
    contract.contract_id = input.id;
    contract.offering = sold.id;
    contract.owner = from.actor;
    contract.expires_at = input.expires_at;
    vm_spec& spec = contract.spec;
    if (auto good = fill_in_key(spec, input.public_key); !good) {
        failure wrong = failure_of(good.error());
        wrong.fields.push_back(field_error{"ssh_pubkey", good.error().message});
        co_return wrong;
    }
    spec.provider = sold.provider;
    candidate where;
    where.server_type = sold.server_type;
    where.location = sold.location;
    where.image_id = sold.image_id;
    spec.candidates.push_back(where);
    spec.image = sold.image;
    spec.recipe = sold.recipe;
    spec.app = "none";
    spec.ssh_timeout_s = settings_.ssh_timeout_s;
    spec.recipe_timeout_s = settings_.recipe_timeout_s;
    slipway::accept_contract command;
    command.contract = std::move(contract);
    stream_id made_by_the_engine;
    co_return co_await submit(std::move(command), std::move(made_by_the_engine), from.actor, *command_id);
}

answering<life> marketplace::end_contract(std::string id, std::string reason, origin from) {
    auto command_id = co_await command_id_of("end", from);
    if (!command_id) co_return command_id.error();
    auto found = co_await find(contract_kind, std::move(id));
    if (!found) co_return found.error();
    slipway::end_vm end;
    end.reason = std::move(reason);
    co_return co_await submit(end, found->stream, from.actor, *command_id);
}

answering<std::vector<life>> marketplace::request_vms(vm_input input, origin from) {
    const auto names = names_of(input.name, input.count);
    for (const std::string& name : names)
        if (auto good = check_name(name); !good) {
            failure wrong = failure_of(good.error());
            wrong.fields.push_back(field_error{"name", good.error().message});
            co_return wrong;
        }
    if (auto good = check_labels(input.labels); !good) co_return failure_of(good.error());
    auto command_id = co_await command_id_of("vm", from);
    if (!command_id) co_return command_id.error();

    vm_spec spec;
    if (auto good = fill_in_key(spec, input.public_key); !good) {
        failure wrong = failure_of(good.error());
        wrong.fields.push_back(field_error{"ssh_pubkey", good.error().message});
        co_return wrong;
    }
    spec.provider = direct_project;
    spec.key_name = "slipway-" + names.front();
    spec.image = input.image.empty() ? default_image : input.image;
    spec.recipe = input.recipe;
    spec.app = input.app;
    spec.labels = input.labels;
    spec.ssh_timeout_s = settings_.ssh_timeout_s;
    spec.recipe_timeout_s = settings_.recipe_timeout_s;

    std::vector<life> ordered;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string id = command_id->empty() ? "" : *command_id + "/" + std::to_string(i);
        auto before = co_await answered_before(id);
        if (!before) co_return before.error();
        if (!before->empty()) {
            ordered.push_back(std::move(before->front()));
            continue;
        }
        if (spec.candidates.empty()) {
            auto project = co_await project_of(spec.provider);
            if (!project) co_return project.error();
            const auto catalog = co_await (*project)->catalog();
            if (!catalog) co_return failure_of(catalog.error());
            const std::vector<std::string> type(1, input.server_type), place(1, input.location);
            auto chosen = choose(**catalog,
                                 all_candidates(input.server_type.empty() ? settings_.server_types : type,
                                                input.location.empty() ? settings_.locations : place),
                                 spec.image, with_.clock.now());
            if (!chosen) co_return failure_of(chosen.error());
            spec.candidates = *std::move(chosen);
        }
        spec.name = names[i];
        request_vm command;
        command.spec = spec;
        command.owner = from.actor;
        stream_id made_by_the_engine;
        auto taken = co_await submit(std::move(command), std::move(made_by_the_engine), from.actor, id);
        if (!taken) {
            failure why = taken.error();
            if (i > 0) why.message += " (" + std::to_string(i) + " of " + std::to_string(names.size()) + " were ordered)";
            co_return why;
        }
        ordered.push_back(*std::move(taken));
    }
    co_return ordered;
}

answering<life> marketplace::end_vm(std::string name_or_id, origin from) {
    auto found = co_await find(vm_kind, std::move(name_or_id));
    if (!found) co_return found.error();
    slipway::end_vm end;
    end.reason = "deleted";
    std::string no_command_id;
    co_return co_await submit(end, found->stream, from.actor, std::move(no_command_id));
}

answering<life> marketplace::life_of(stream_id stream) {
    auto records = co_await with_.log.read_stream(stream, 0);
    if (!records) co_return failure_of(records.error());
    if (records->empty()) co_return failed(error_kind::not_found, "there is no stream " + stream.text);
    auto state = replay(*records);
    if (!state) co_return failure_of(state.error());
    life life;
    life.stream = std::move(stream);
    life.state = *std::move(state);
    life.created_at = records->front().at;
    life.changed_at = records->back().at;
    for (const event_record& r : *records)
        if (r.type == terminated::name) life.terminated_at = r.at;
    life.provider_trouble = trouble_with(life.state.data.spec.provider);
    co_return life;
}

// Of several that had the name, the one that has not ended, else the latest.
answering<life> marketplace::find(std::string_view kind, std::string name_or_id) {
    const std::string what = (kind == contract_kind ? "contract " : "VM ") + name_or_id;
    head_filter filter;
    filter.kind = std::string(kind);
    filter.name = name_or_id;
    auto heads = co_await with_.log.heads(filter);
    if (!heads) co_return failure_of(heads.error());
    stream_id stream;
    bool live = false;
    for (const stream_head& head : *heads)
        if (stream.text.empty() || (!live && (!head.ended || head.stream > stream))) {
            stream = head.stream;
            live = !head.ended;
        }
    if (stream.text.empty()) {
        if (!is_uuid(name_or_id)) co_return failed(error_kind::not_found, "there is no " + what);
        stream.text = name_or_id;
    }
    auto life = co_await life_of(stream);
    if (!life && life.error().kind == error_kind::not_found)
        co_return failed(error_kind::not_found, "there is no " + what);
    if (life && life->state.kind() != kind) co_return failed(error_kind::not_found, "there is no " + what);
    co_return life;
}

answering<std::vector<life>> marketplace::list(std::string_view kind) {
    head_filter filter;
    filter.kind = std::string(kind);
    auto heads = co_await with_.log.heads(filter);
    if (!heads) co_return failure_of(heads.error());
    std::sort(heads->begin(), heads->end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
    std::vector<life> lives;
    for (const stream_head& head : *heads) {
        auto life = co_await life_of(head.stream);
        // One whose log makes no sense is told by the engine, and hides no other.
        if (!life && life.error().kind == error_kind::corrupt) continue;
        if (!life) co_return life.error();
        lives.push_back(*std::move(life));
    }
    co_return lives;
}

awaitable<result<std::vector<life>>> marketplace::live_ones() {
    head_filter live;
    live.live_only = true;
    auto heads = co_await with_.log.heads(live);
    if (!heads) co_return heads.error();
    std::vector<life> lives;
    for (const stream_head& head : *heads) {
        if (head.kind == audit_kind) continue;
        auto life = co_await life_of(head.stream);
        if (!life && life.error().kind == error_kind::corrupt) continue;
        if (!life) co_return make_error(life.error().kind, life.error().message);
        lives.push_back(*std::move(life));
    }
    co_return lives;
}

}  // namespace slipway::service
