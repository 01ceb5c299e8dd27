#include "tools/slipway-log/members.hpp"

#include "engine/model/codec.hpp"
#include "tools/slipway-log/details.hpp"

namespace slipway::inspection {

namespace {

using nlohmann::ordered_json;

// What is an event, or is carried by one, is written as the log writes it.
ordered_json json_of(const event& e) {
    return ordered_json::parse(encode(e));
}

ordered_json json_of(const server_reference& s) {
    ordered_json j;
    j["id"] = s.id;
    j["name"] = s.name;
    j["server_type"] = s.server_type;
    j["location"] = s.location;
    j["ipv4"] = s.ipv4;
    j["ipv6"] = s.ipv6;
    j["actions"] = s.actions;
    j["host_key"] = s.host_key;
    return j;
}

ordered_json json_of(const spine& d) {
    ordered_json j = ordered_json::object();
    vm_requested request;
    request.spec = d.spec;
    if (!d.spec.name.empty()) j["spec"] = json_of(request)["spec"];
    j["owner"] = d.owner;
    j["contract_id"] = d.contract_id;
    j["offering"] = d.offering;
    if (d.expires_at) j["expires_at"] = to_rfc3339(*d.expires_at);
    if (d.intent) j["in_hand"] = json_of(*d.intent);
    if (d.attempts != 0) j["failed_attempts"] = d.attempts;
    if (d.retry_at) j["retry_at"] = to_rfc3339(*d.retry_at);
    if (d.candidate_index != 0) j["candidate_index"] = d.candidate_index;
    if (d.name_suffix != 1) j["name_suffix"] = d.name_suffix;
    if (d.key) j["key"] = {{"id", d.key->id}, {"ours", d.key->ours}};
    if (d.key_unknown != 0) j["keys_in_doubt"] = d.key_unknown;
    if (d.server) j["server"] = json_of(*d.server);
    if (d.server_unknown != 0) j["servers_in_doubt"] = d.server_unknown;
    j["asked_name"] = d.asked_name;
    if (d.last_server) j["last_server"] = json_of(*d.last_server);
    j["address"] = d.address;
    j["prepared_host_keys"] = d.prepared_host_keys;
    j["host_keys"] = d.host_keys;
    activated lacking;
    lacking.missing = d.missing;
    if (!d.missing.empty()) j["missing"] = json_of(lacking)["missing"];
    if (d.recipe) j["recipe"] = json_of(*d.recipe);
    if (d.failure) j["failure"] = json_of(*d.failure);
    cleaned_up left;
    left.leaked = d.leaked;
    j["leaked"] = json_of(left)["leaked"];
    if (d.held) j["held"] = json_of(*d.held);
    if (!d.project.empty()) j["project"] = d.project;
    j["end_reason"] = d.end_reason;
    return j;
}

void flatten(const std::string& name, const ordered_json& value,
             std::vector<std::pair<std::string, std::string>>& into) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) flatten(name.empty() ? key : name + "." + key, inner, into);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) flatten(name + "[" + std::to_string(i) + "]", value[i], into);
    } else {
        std::string text = value.is_string() ? value.get<std::string>() : dump(value);
        if (!text.empty()) into.emplace_back(name, std::move(text));
    }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> members_of(const vm_state& state) {
    std::vector<std::pair<std::string, std::string>> found;
    if (state.kind() == audit_kind)
        flatten("audit", json_of(state.audit), found);
    else
        flatten("", json_of(state.data), found);
    return found;
}

}  // namespace slipway::inspection
