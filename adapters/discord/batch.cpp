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

shown_at where_of(const json& from) {
    shown_at where;
    from.at("application").get_to(where.application);
    from.at("token_of").get_to(where.token_of);
    from.at("sealed_token").get_to(where.sealed_token);
    from.at("token_since").get_to(where.token_since.ms);
    from.at("message").get_to(where.message);
    from.at("channel").get_to(where.channel);
    from.at("ephemeral").get_to(where.ephemeral);
    from.at("in_channel").get_to(where.in_channel);
    from.at("others_see").get_to(where.others_see);
    return where;
}

batch read(const json& from) {
    batch b;
    from.at("id").get_to(b.id);
    from.at("user").get_to(b.user.id);
    from.at("user_name").get_to(b.user.name);
    b.where = where_of(from.at("where"));
    b.work = from.at("remove").get<bool>() ? batch_work::remove : batch_work::create;
    b.stage = from.at("ordered").get<bool>() ? batch_stage::ordered : batch_stage::asked;
    from.at("asked_at").get_to(b.asked_at.ms);
    from.at("location").get_to(b.location);
    from.at("image").get_to(b.image);
    from.at("app").get_to(b.app);
    from.at("server_types").get_to(b.server_types);
    if (const json& network = from.at("network"); !network.is_null()) b.network = network.get<std::int64_t>();
    from.at("firewalls").get_to(b.firewalls);
    from.at("ssh_key").get_to(b.ssh_key);
    from.at("network_text").get_to(b.network_text);
    from.at("firewall_text").get_to(b.firewall_text);
    from.at("key_text").get_to(b.key_text);
    from.at("price").get_to(b.price);
    for (const json& one : from.at("vms")) {
        batch::vm vm;
        one.at("name").get_to(vm.name);
        one.at("stream").get_to(vm.stream);
        one.at("refused").get_to(vm.refused);
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
        vm["refused"] = one.refused;
        out["vms"].push_back(std::move(vm));
    }
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<batch> batch_of(const std::string& text) {
    try {
        return read(json::parse(text));
    } catch (const json::exception&) {
        return make_error(error_kind::corrupt, "what is kept of a /create cannot be read");
    }
}

}  // namespace slipway::discord
