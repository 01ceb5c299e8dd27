#include "adapters/api/views.hpp"

#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"
#include "engine/model/recipe_output.hpp"
#include "engine/service/recipients.hpp"
#include "engine/service/shortcomings.hpp"

#include <nlohmann/json.hpp>

namespace slipway::api {

using nlohmann::ordered_json;

namespace {

ordered_json or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json or_null(const std::optional<timestamp>& at) {
    return at ? ordered_json(to_rfc3339(*at)) : ordered_json(nullptr);
}

ordered_json fingerprints_of(const std::vector<std::string>& public_lines) {
    ordered_json list = ordered_json::array();
    for (const std::string& line : public_lines) {
        const auto key = parse_public_key(line);
        list.push_back(key ? sha256_fingerprint(key->blob) : "");
    }
    return list;
}

ordered_json failure_json(const failed& f) {
    ordered_json j = ordered_json::object();
    j["step"] = std::string(name(f.step));
    j["code"] = std::string(name(f.code));
    j["message"] = with_output(f.message, f.output);
    return j;
}

ordered_json leaks_json(const std::vector<leak>& leaked) {
    ordered_json list = ordered_json::array();
    for (const leak& l : leaked) {
        ordered_json item = ordered_json::object();
        item["kind"] = std::string(name(l.kind));
        item["id"] = l.id;
        item["name"] = l.name;
        item["why"] = l.why;
        list.push_back(item);
    }
    return list;
}

ordered_json held_json(const held& h) {
    failed as_failure;
    as_failure.step = h.step;
    as_failure.code = h.code;
    as_failure.message = h.message;
    return failure_json(as_failure);
}

ordered_json shortcomings_json(const std::vector<shortcoming>& missing) {
    ordered_json list = ordered_json::array();
    for (const shortcoming& one : missing) {
        ordered_json item = ordered_json::object();
        item["what"] = std::string(name(one.what));
        item["means"] = std::string(service::in_words(one.what));
        item["why"] = one.why;
        item["advice"] = std::string(service::advice(one.what));
        list.push_back(item);
    }
    return list;
}

ordered_json amount_json(const catalog::amount& amount) {
    ordered_json j = ordered_json::object();
    j["net"] = amount.net;
    j["gross"] = amount.gross;
    return j;
}

ordered_json external_id(const server_reference* server) {
    return server ? ordered_json("hetzner:" + std::to_string(server->id)) : ordered_json(nullptr);
}

ordered_json waiting_for(const service::stream_view& one) {
    if (const auto& hold = one.state.data.held) return "somebody to say what becomes of it: " + hold->message;
    const auto next = wants(one.state);
    if (!next) return nullptr;
    if (!one.provider_trouble.empty()) return one.provider_trouble;
    if (!one.state.data.retry_at) return nullptr;
    return "the next attempt at " + std::string(name(step_of(*next)));
}

ordered_json chosen_json(const service::chosen_resource& one) {
    ordered_json j = ordered_json::object();
    j["id"] = one.id;
    j["name"] = one.name;
    return j;
}

}  // namespace

ordered_json to_json(const provider_record& provider) {
    ordered_json j = ordered_json::object();
    j["id"] = provider.id;
    j["token_set"] = !provider.sealed_token.empty();
    j["token_works"] = provider.token_works;
    j["token_problem"] = or_null(provider.token_problem);
    j["token_checked_at"] = to_rfc3339(provider.token_checked_at);
    for (const service::recipient_kind& kind : service::recipient_kinds()) {
        const std::string address = service::address_of(provider.recipients, kind.channel);
        if (kind.sealed_as)
            j[std::string(kind.field) + "_set"] = !address.empty();
        else
            j[std::string(kind.field)] = or_null(address);
    }
    j["created_at"] = to_rfc3339(provider.created_at);
    j["changed_at"] = to_rfc3339(provider.changed_at);
    return j;
}

ordered_json to_json(const offering_record& offering) {
    ordered_json j = ordered_json::object();
    j["id"] = offering.id;
    j["provider"] = offering.provider;
    j["infra_backend"] = "hetzner";
    ordered_json config = ordered_json::object();
    config["server_type"] = offering.server_type;
    config["location"] = offering.location;
    config["image"] = offering.image;
    j["infra_config"] = config;
    j["recipe_script"] = or_null(offering.recipe);
    j["created_at"] = to_rfc3339(offering.created_at);
    j["changed_at"] = to_rfc3339(offering.changed_at);
    return j;
}

ordered_json to_json(const service::audit_report& report) {
    ordered_json j = ordered_json::object();
    j["at"] = to_rfc3339(report.at);
    ordered_json findings = ordered_json::array();
    for (const service::finding& f : report.findings) {
        ordered_json item = ordered_json::object();
        item["what"] = std::string(name(f.about.what));
        item["provider"] = f.provider;
        item["kind"] = std::string(name(f.about.kind));
        item["id"] = f.about.id;
        item["name"] = f.about.name;
        item["stream"] = or_null(f.about.stream);
        item["cost_per_day"] = or_null(f.about.cost_per_day);
        item["advice"] = f.advice;
        findings.push_back(item);
    }
    j["findings"] = findings;
    j["not_asked"] = report.not_asked;
    return j;
}

ordered_json to_json(const service::order_plan& plan) {
    ordered_json j = ordered_json::object();
    j["names"] = plan.names;
    ordered_json offers = ordered_json::array();
    for (const auto& choice : plan.choices) {
        ordered_json offer = ordered_json::object();
        offer["server_type"] = choice.where.server_type;
        offer["location"] = choice.where.location;
        offer["image_id"] = choice.where.image_id;
        if (choice.price) {
            ordered_json price = ordered_json::object();
            price["currency"] = choice.price->currency;
            price["hourly"] = amount_json(choice.price->hourly);
            price["monthly"] = amount_json(choice.price->monthly);
            price["ipv4_included"] = choice.price->with_ipv4;
            offer["price"] = price;
        }
        offers.push_back(offer);
    }
    auto request = ordered_json::parse(plan.request, nullptr, false);
    request["ssh_keys"] = ordered_json::array({plan.key});
    j["request"] = std::move(request);
    j["network"] = plan.network ? chosen_json(*plan.network) : ordered_json(nullptr);
    ordered_json firewalls = ordered_json::array();
    for (const service::chosen_resource& one : plan.firewalls) firewalls.push_back(chosen_json(one));
    j["firewalls"] = std::move(firewalls);
    j["candidates"] = std::move(offers);
    return j;
}

ordered_json to_json(const user_defaults& defaults) {
    ordered_json j = ordered_json::object();
    const auto put = [&](const char* field, const std::optional<std::int64_t>& id) {
        if (id) j[field] = *id == 0 ? ordered_json(nullptr) : ordered_json(*id);
    };
    put("network", defaults.network);
    put("ssh_key", defaults.ssh_key);
    put("firewall", defaults.firewall);
    return j;
}

ordered_json contract_json(const service::stream_view& contract) {
    const spine& d = contract.state.data;
    const server_reference* server = d.known_server();
    const bool active = contract.state.in("active");
    ordered_json j = ordered_json::object();
    j["id"] = d.contract_id;
    j["stream"] = contract.stream.text;
    j["state"] = std::string(contract.state.state_name());
    j["offering"] = d.offering;
    j["provider"] = d.spec.provider;
    j["server_type"] = server ? server->server_type : d.where().server_type;
    j["location"] = server ? server->location : d.where().location;
    j["image"] = d.spec.image;
    j["instance_ip"] = server ? or_null(server->ipv4) : ordered_json(nullptr);
    j["external_id"] = external_id(server);
    j["hetzner_ssh_key_id"] = d.key ? ordered_json(d.key->id) : ordered_json(nullptr);
    j["connection_instructions"] = active ? ordered_json("ssh root@" + d.address) : ordered_json(nullptr);
    j["host_key_fingerprints"] = fingerprints_of(d.host_keys);
    j["expires_at"] = or_null(d.expires_at);
    j["end_reason"] = or_null(d.end_reason);
    j["terminated_at"] = contract.terminated_at ? or_null(*contract.terminated_at) : ordered_json(nullptr);
    j["failure"] = d.failure ? failure_json(*d.failure) : ordered_json(nullptr);
    if (d.held) j["held"] = held_json(*d.held);
    j["leaked"] = leaks_json(d.leaked);
    j["missing"] = shortcomings_json(d.missing);
    j["waiting_for"] = waiting_for(contract);
    j["next_try_at"] = or_null(d.retry_at);
    j["created_at"] = to_rfc3339(contract.created_at);
    j["changed_at"] = to_rfc3339(contract.changed_at);
    return j;
}

ordered_json vm_json(const stream_id& stream, const vm_state& state, timestamp created_at, timestamp changed_at) {
    const spine& d = state.data;
    ordered_json j = ordered_json::object();
    j["id"] = stream.text;
    const server_reference* server = d.known_server();
    j["name"] = server ? server->name : d.server_name();
    j["state"] = std::string(state.state_name());
    j["owner"] = d.owner;
    j["server_id"] = server ? ordered_json(server->id) : ordered_json(nullptr);
    j["external_id"] = external_id(server);
    j["server_type"] = server ? server->server_type : d.where().server_type;
    j["location"] = server ? server->location : d.where().location;
    j["image"] = d.spec.image;
    j["ipv4"] = server ? ordered_json(server->ipv4) : ordered_json(nullptr);
    j["ipv6"] = server ? ordered_json(server->ipv6) : ordered_json(nullptr);
    j["ssh_key_id"] = d.key ? ordered_json(d.key->id) : ordered_json(nullptr);
    j["host_keys"] = d.host_keys;
    j["host_key_fingerprints"] = fingerprints_of(d.host_keys);
    j["network"] = d.spec.network != 0 ? ordered_json(d.spec.network) : ordered_json(nullptr);
    j["firewalls"] = d.spec.firewalls;
    j["app"] = d.spec.app;
    if (d.recipe && d.recipe->ran) {
        ordered_json recipe = ordered_json::object();
        recipe["exit_code"] = d.recipe->exit_code;
        recipe["duration_ms"] = d.recipe->duration_ms;
        recipe["output_tail"] = d.recipe->output_tail;
        if (!d.recipe->unknown.empty()) recipe["exit_code"] = recipe["duration_ms"] = nullptr;
        j["recipe"] = recipe;
    }
    if (d.failure) j["failure"] = failure_json(*d.failure);
    if (d.held) j["held"] = held_json(*d.held);
    j["leaked"] = leaks_json(d.leaked);
    j["missing"] = shortcomings_json(d.missing);
    j["created_at"] = to_rfc3339(created_at);
    j["changed_at"] = to_rfc3339(changed_at);
    j["due_at"] = or_null(d.retry_at);
    return j;
}

ordered_json to_json(const service::stream_view& one) {
    if (one.state.kind() == contract_kind) return contract_json(one);
    ordered_json j = vm_json(one.stream, one.state, one.created_at, one.changed_at);
    j["waiting_for"] = waiting_for(one);
    return j;
}

std::string dump(const ordered_json& document) {
    return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace slipway::api
