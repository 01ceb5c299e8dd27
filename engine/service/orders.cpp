// The marketplace's commands: requests are checked and become commands to the engine.
#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"
#include "engine/runtime/cloud_config.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"
#include "engine/service/ordering.hpp"
#include "engine/service/recipe_rules.hpp"

#include <algorithm>
#include <utility>

namespace slipway::service {

namespace {

result<void> fill_in_key(vm_spec& spec, const std::string& line) {
    auto key = parse_public_key(line);
    if (!key) return key.error();
    spec.public_key = to_line(*key);
    spec.key_fingerprint = md5_fingerprint(key->blob);
    return {};
}

// The server as it would be asked for; what is made for each VM anew is named, not made.
new_server sketch_of(const vm_spec& spec) {
    ssh_key_pair host_key;
    host_key.public_line = "ssh-ed25519 (made for this VM)";
    host_key.private_pem = "(made for this VM)";
    server_owner owner;
    owner.install = "(this installation's id)";
    owner.stream.text = "(the VM's id)";
    new_server server;
    server.name = spec.name;
    server.server_type = spec.candidates.front().server_type;
    server.location = spec.candidates.front().location;
    server.image_id = spec.candidates.front().image_id;
    if (spec.network != 0) server.networks.push_back(spec.network);
    server.firewalls = spec.firewalls;
    server.user_data = cloud_config(host_key, "ssh-ed25519 (slipway's own, until the VM is yours)", spec.app);
    server.labels = server_labels(owner, spec.labels);
    return server;
}

}  // namespace

answering<marketplace::command_name> marketplace::name_command(std::string what, origin from) {
    command_name command;
    if (from.idempotency_key.empty()) co_return command;
    command.id = "api:" + what + ":" + from.idempotency_key;
    command.request.key = std::move(from.idempotency_key);
    command.request.digest = std::move(from.request_digest);
    const auto before = co_await asked_before(command.request);
    if (!before) co_return before.error();
    command.fresh = !*before;
    co_return command;
}

answering<bool> marketplace::asked_before(client_request request) {
    const auto before = co_await with_.log.find_request(request.key);
    if (!before) co_return failure_of(before.error());
    if (*before && **before != request.digest)
        co_return failure_of(error_kind::usage, "this Idempotency-Key came with another request before: use a new one");
    co_return before->has_value();
}

answering<std::optional<stream_view>> marketplace::answered_before(command_name command) {
    std::optional<stream_view> before;
    if (command.id.empty() || command.fresh) co_return before;
    auto records = co_await with_.log.find_command(command.id);
    if (!records) co_return failure_of(records.error());
    if (records->empty()) co_return before;
    auto view = co_await views_.find(records->front().stream, records->back().version);
    if (!view) co_return view.error();
    before = *std::move(view);
    co_return before;
}

answering<stream_view> marketplace::submit(vm_command command, stream_id stream, std::string actor,
                                           command_name name) {
    if (with_.engine == nullptr)
        co_return failure_of(error_kind::refused, "this process only reads the event log: commands need the one that writes it");
    submission order;
    order.command = std::move(command);
    order.stream = std::move(stream);
    order.actor = std::move(actor);
    order.command_id = std::move(name.id);
    order.request = name.request;
    order.first_time = name.fresh;
    auto taken = co_await with_.engine->submit(std::move(order));
    if (!taken) co_return failure_of(taken.error());
    // Another request with this key may have come in between.
    if (taken->repeated && name.fresh && !name.request.key.empty())
        if (auto same = co_await asked_before(std::move(name.request)); !same) co_return same.error();
    auto view = co_await views_.find(taken->stream, taken->state.version);
    if (!view) co_return view.error();
    co_return co_await told(*std::move(view));
}

// As far as it is known: one whose requests hang must not hold up who orders. Nothing is made before the engine has looked.
answering<void> marketplace::as_far_as(std::string provider) {
    const auto older = with_.engine ? with_.engine->older_projects() : std::vector<std::string>();
    if (std::find(older.begin(), older.end(), provider) == older.end()) co_return answer<void>();
    co_return failure_of(error_kind::refused,
                         "this event log is older than what is in the Hetzner project of " + provider +
                             ": was a backup restored, or is this a copy? Nothing is ordered or ended there until that "
                             "is settled; slipway audit says how");
}

answering<stream_view> marketplace::accept_contract(contract_input input, origin from) {
    if (!settings_.provisioning)
        co_return failure_of(error_kind::configuration,
                             "contracts are not provisioned here: set HETZNER_PROVISIONING_ENABLED=true to enable it");
    auto named = co_await name_command("contract", from);
    if (!named) co_return named.error();
    auto before = co_await answered_before(*named);
    if (!before) co_return before.error();
    if (*before) co_return co_await told(**std::move(before));

    auto offering = co_await with_.registry.offering(input.offering);
    if (!offering) co_return failure_of(offering.error());
    if (!*offering) co_return wrong_field("offering", "there is no offering " + input.offering);
    const offering_record& sold = **offering;
    // One from before the rule, or by another hand, is not found out on a VM that somebody pays for.
    if (auto good = check_recipe_if_any(sold.recipe); !good)
        co_return wrong_field("offering", "its recipe cannot be run: " + good.error().message + "; the offering has to be defined again");
    if (input.expires_at && *input.expires_at <= with_.clock.now())
        co_return wrong_field("expires_at", "the contract would have ended before it began");
    contract_accepted contract;
    contract.contract_id = input.id;
    contract.offering = sold.id;
    contract.owner = from.actor;
    contract.expires_at = input.expires_at;
    vm_spec& spec = contract.spec;
    if (auto good = fill_in_key(spec, input.public_key); !good)
        co_return wrong_field("ssh_pubkey", good.error().message);
    spec.provider = sold.provider;
    if (auto good = co_await as_far_as(spec.provider); !good) co_return good.error();
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
    co_return co_await submit(std::move(command), std::move(made_by_the_engine), from.actor, *named);
}

answering<stream_view> marketplace::end_contract(std::string id, std::string reason, origin from) {
    auto named = co_await name_command("end", from);
    if (!named) co_return named.error();
    auto found = co_await find(std::string(contract_kind), std::move(id), from);
    if (!found) co_return found.error();
    if (auto good = co_await as_far_as(found->state.data.spec.provider); !good) co_return good.error();
    slipway::end_vm end;
    end.reason = std::move(reason);
    co_return co_await submit(end, found->stream, from.actor, *named);
}

// Everything but the name, which differs from VM to VM, and what look_up() finds. All that an order is refused for without a look
// at the catalog is refused here, for a plan and for the order alike.
answer<vm_spec> marketplace::spec_of(const vm_input& input, const std::vector<std::string>& names) const {
    if (auto good = check_order(input.labels, names); !good) return good.error();
    if (auto good = check_recipe_if_any(input.recipe); !good)
        return wrong_field("recipe_script", "the recipe cannot be run: " + good.error().message);
    vm_spec spec;
    if (!input.public_key.empty())
        if (auto good = fill_in_key(spec, input.public_key); !good)
            return wrong_field("ssh_pubkey", good.error().message);
    spec.provider = direct_project;
    spec.key_name = input.key_name.empty() ? "slipway-" + names.front() : input.key_name;
    spec.image = input.image.empty() ? default_image : input.image;
    spec.recipe = input.recipe;
    spec.app = input.app;
    spec.labels = input.labels;
    spec.ssh_timeout_s = settings_.ssh_timeout_s;
    spec.recipe_timeout_s = settings_.recipe_timeout_s;
    return spec;
}

answering<std::vector<candidate>> marketplace::candidates_for(vm_input input, std::string image,
                                                              std::shared_ptr<slipway::project> project) {
    const auto catalog = co_await project->catalog();
    if (!catalog) co_return failure_of(catalog.error());
    auto chosen = choose(**catalog,
                         all_candidates(input.server_types.empty() ? settings_.server_types : input.server_types,
                                        input.locations.empty() ? settings_.locations : input.locations),
                         image, with_.clock.now());
    if (!chosen) co_return failure_of(chosen.error());
    co_return *std::move(chosen);
}

answering<marketplace::looked_up> marketplace::look_up(vm_input input, vm_spec spec,
                                                       std::shared_ptr<slipway::project> project, origin from) {
    auto candidates = co_await candidates_for(input, spec.image, project);
    if (!candidates) co_return candidates.error();
    auto with = co_await resources_for(input, project, std::move(from));
    if (!with) co_return with.error();
    if (with->network) {
        const auto catalog = co_await project->catalog();
        if (!catalog) co_return failure_of(catalog.error());
        candidates = within_reach(*with->network, **catalog, *std::move(candidates));
        if (!candidates) co_return candidates.error();
        spec.network = with->network->id;
    }
    for (const cloud_resource& one : with->firewalls) spec.firewalls.push_back(one.id);
    if (with->ssh_key) {
        spec.key_name = with->ssh_key->name;
        if (auto good = fill_in_key(spec, with->ssh_key->public_key); !good)
            co_return wrong_field("ssh_key", "the SSH key " + with->ssh_key->name + " (" +
                                                 std::to_string(with->ssh_key->id) +
                                                 ") cannot be used: " + good.error().message);
    }
    spec.candidates = *std::move(candidates);
    looked_up out;
    out.spec = std::move(spec);
    out.with = *std::move(with);
    co_return out;
}

namespace {

chosen_resource in_short(const cloud_resource& from) {
    chosen_resource out;
    out.id = from.id;
    out.name = from.name;
    return out;
}

}  // namespace

answering<order_plan> marketplace::plan_vms(vm_input input, origin from) {
    order_plan plan;
    plan.names = names_of(input.name, input.count);
    auto spec = spec_of(input, plan.names);
    if (!spec) co_return spec.error();
    spec->name = plan.names.front();
    auto project = co_await project_of(direct_project);
    if (!project) co_return project.error();
    auto found = co_await look_up(std::move(input), *std::move(spec), *project, std::move(from));
    if (!found) co_return found.error();
    const auto catalog = co_await (*project)->catalog();
    if (!catalog) co_return failure_of(catalog.error());
    for (const candidate& one : found->spec.candidates) {
        order_plan::choice choice;
        choice.where = one;
        choice.price = price_of(**catalog, one.server_type, one.location);
        plan.choices.push_back(std::move(choice));
    }
    plan.key = found->spec.key_name + " (MD5:" + found->spec.key_fingerprint + ")";
    if (found->with.network) plan.network = in_short(*found->with.network);
    for (const cloud_resource& one : found->with.firewalls) plan.firewalls.push_back(in_short(one));
    if (found->with.ssh_key) plan.ssh_key = in_short(*found->with.ssh_key);
    plan.request = (*project)->creation_request(sketch_of(found->spec));
    co_return plan;
}

answering<std::vector<stream_view>> marketplace::request_vms(vm_input input, origin from) {
    const auto names = names_of(input.name, input.count);
    auto spec = spec_of(input, names);
    if (!spec) co_return spec.error();
    auto named = co_await name_command("vm", from);
    if (!named) co_return named.error();
    if (auto good = co_await as_far_as(spec->provider); !good) co_return good.error();

    std::vector<stream_view> ordered;
    for (std::size_t i = 0; i < names.size(); ++i) {
        command_name one = *named;
        if (!one.id.empty()) one.id += "/" + std::to_string(i);
        auto before = co_await answered_before(one);
        if (!before) co_return before.error();
        if (*before) {
            ordered.push_back(**std::move(before));
            continue;
        }
        if (spec->candidates.empty()) {
            auto project = co_await project_of(direct_project);
            if (!project) co_return project.error();
            auto found = co_await look_up(input, *spec, *project, from);
            if (!found) co_return found.error();
            spec = std::move(found->spec);
        }
        spec->name = names[i];
        request_vm command;
        command.spec = *spec;
        command.owner = from.actor;
        stream_id made_by_the_engine;
        auto taken = co_await submit(std::move(command), std::move(made_by_the_engine), from.actor, one);
        if (!taken) {
            failure why = taken.error();
            if (i > 0) why.message += " (" + std::to_string(i) + " of " + std::to_string(names.size()) + " were ordered)";
            co_return why;
        }
        ordered.push_back(*std::move(taken));
    }
    co_return ordered;
}

answering<stream_view> marketplace::end_vm(std::string name_or_id, origin from) {
    auto found = co_await find(std::string(vm_kind), std::move(name_or_id), from);
    if (!found) co_return found.error();
    if (auto good = co_await as_far_as(found->state.data.spec.provider); !good) co_return good.error();
    slipway::end_vm end;
    end.reason = "deleted";
    command_name unnamed;
    co_return co_await submit(end, found->stream, from.actor, std::move(unnamed));
}

}  // namespace slipway::service
