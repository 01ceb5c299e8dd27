#include "adapters/discord/batch.hpp"

#include <nlohmann/json.hpp>

namespace slipway::discord {

namespace {

using nlohmann::json;

json where_json(const shown_at& where) {
    json out;
    out["application"] = where.application;
    out["token_of"] = where.token_of;
    out["sealed_token"] = where.sealed_token;
    out["token_since"] = where.token_since.ms;
    out["message"] = where.message;
    out["channel"] = where.channel;
    out["ephemeral"] = where.ephemeral;
    out["in_channel"] = where.in_channel;
    out["others_see"] = where.others_see;
    return out;
}

// What a later version does not write any more, or an earlier one did not know, is as it is made.
template <class T>
void read_if_there(const json& from, const char* name, T& into) {
    if (const auto it = from.find(name); it != from.end() && !it->is_null()) it->get_to(into);
}

shown_at where_of(const json& from) {
    shown_at where;
    read_if_there(from, "application", where.application);
    read_if_there(from, "token_of", where.token_of);
    read_if_there(from, "sealed_token", where.sealed_token);
    read_if_there(from, "token_since", where.token_since.ms);
    read_if_there(from, "message", where.message);
    read_if_there(from, "channel", where.channel);
    read_if_there(from, "ephemeral", where.ephemeral);
    read_if_there(from, "in_channel", where.in_channel);
    read_if_there(from, "others_see", where.others_see);
    return where;
}

batch read_batch(const json& from) {
    batch b;
    from.at("id").get_to(b.id);
    from.at("user").get_to(b.user.id);
    read_if_there(from, "user_name", b.user.name);
    b.where = where_of(from.at("where"));
    b.work = from.at("remove").get<bool>() ? batch_work::remove : batch_work::create;
    b.stage = from.at("ordered").get<bool>() ? batch_stage::ordered : batch_stage::asked;
    from.at("asked_at").get_to(b.asked_at.ms);
    read_if_there(from, "location", b.location);
    read_if_there(from, "image", b.image);
    read_if_there(from, "app", b.app);
    read_if_there(from, "server_types", b.server_types);
    if (const auto it = from.find("network"); it != from.end() && !it->is_null()) b.network = it->get<std::int64_t>();
    read_if_there(from, "firewalls", b.firewalls);
    read_if_there(from, "ssh_key", b.ssh_key);
    read_if_there(from, "network_text", b.network_text);
    read_if_there(from, "firewall_text", b.firewall_text);
    read_if_there(from, "key_text", b.key_text);
    read_if_there(from, "price", b.price);
    for (const json& one : from.at("vms")) {
        batch::vm vm;
        one.at("name").get_to(vm.name);
        read_if_there(one, "stream", vm.stream);
        read_if_there(one, "ordered", vm.ordered);
        read_if_there(one, "refused", vm.refused);
        b.vms.push_back(std::move(vm));
    }
    return b;
}

}  // namespace

bool operator==(const person& a, const person& b) { return a.id == b.id && a.name == b.name && a.roles == b.roles; }

std::string to_text(const batch& b) {
    json out;
    out["id"] = b.id;
    out["user"] = b.user.id;
    out["user_name"] = b.user.name;
    out["where"] = where_json(b.where);
    out["remove"] = b.work == batch_work::remove;
    out["ordered"] = b.stage == batch_stage::ordered;
    out["asked_at"] = b.asked_at.ms;
    out["location"] = b.location;
    out["image"] = b.image;
    out["app"] = b.app;
    out["server_types"] = b.server_types;
    if (b.network)
        out["network"] = *b.network;
    else
        out["network"] = nullptr;
    out["firewalls"] = b.firewalls;
    out["ssh_key"] = b.ssh_key;
    out["network_text"] = b.network_text;
    out["firewall_text"] = b.firewall_text;
    out["key_text"] = b.key_text;
    out["price"] = b.price;
    out["vms"] = json::array();
    for (const batch::vm& one : b.vms) {
        json vm;
        vm["name"] = one.name;
        vm["stream"] = one.stream;
        vm["ordered"] = one.ordered;
        vm["refused"] = one.refused;
        out["vms"].push_back(std::move(vm));
    }
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<batch> batch_of(const std::string& text) {
    try {
        return read_batch(json::parse(text));
    } catch (const json::exception&) {
        return make_error(error_kind::corrupt, "what is kept of a /create cannot be read");
    }
}

}  // namespace slipway::discord
