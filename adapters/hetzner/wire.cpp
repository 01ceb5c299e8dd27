#include "adapters/hetzner/wire.hpp"

#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/json_reading.hpp"
#include "engine/base/ip_address.hpp"

namespace slipway::hetzner {

using nlohmann::json;

namespace {

labels read_labels(const json& object) {
    labels out;
    const json& from = member(object, "labels");
    if (!from.is_object()) return out;
    for (auto entry = from.begin(); entry != from.end(); ++entry)
        if (entry->is_string()) out.emplace(entry.key(), entry->get<std::string>());
    return out;
}

cloud_ssh_key ssh_key_of(const json& object) {
    cloud_ssh_key out;
    out.id = id_of(object);
    out.name = text(object, "name");
    out.fingerprint = text(object, "fingerprint");
    out.labels = read_labels(object);
    return out;
}

// "2001:db8::/64" is what Hetzner gives; the server itself has the network's first host, "2001:db8::1".
std::string first_host(std::string network) {
    const auto slash = network.find('/');
    if (slash == std::string::npos) return network;
    network.resize(slash);
    return network.ends_with("::") ? network + "1" : network;
}

cloud_server server_of(const json& object) {
    cloud_server out;
    out.id = id_of(object);
    out.name = text(object, "name");
    out.status = text(object, "status");
    const json& net = member(object, "public_net");
    // They become parts of files and commands: what is no address is none.
    if (const auto ip = text(member(net, "ipv4"), "ip"); is_ipv4(ip)) out.ipv4 = ip;
    if (const auto ip = first_host(text(member(net, "ipv6"), "ip")); is_ipv6(ip)) out.ipv6 = ip;
    out.server_type = text(member(object, "server_type"), "name");
    out.location = text(member(object, "location"), "name");
    out.labels = read_labels(object);
    return out;
}

template <class T, class Read>
cloud_result<page<T>> read_page(std::string_view body, int status, const char* key, Read read) {
    const json document = parse(body);
    if (!document.is_object() || !document.contains(key)) return unreadable(status, std::string("a list of ") + key);
    page<T> out;
    for (const json& entry : list(document, key))
        if (T one = read(entry); one.id != 0) out.entries.push_back(std::move(one));
    if (const int next = next_page(document); next != 0) out.next = next;
    return out;
}

std::optional<std::string> written(const json& document) {
    try {
        return document.dump();
    } catch (const json::type_error&) {  // the only way in which the library tells that a text is not UTF-8
        return std::nullopt;
    }
}

}  // namespace

std::optional<std::string> new_ssh_key_body(const new_ssh_key& key) {
    json out;
    out["name"] = key.name;
    out["public_key"] = key.public_key;
    out["labels"] = key.labels;
    return written(out);
}

std::optional<std::string> new_server_body(const new_server& server) {
    json out;
    out["name"] = server.name;
    out["server_type"] = server.server_type;
    out["image"] = std::to_string(server.image_id);  // "name or id", as a text: a name fits several architectures
    if (!server.location.empty()) out["location"] = server.location;
    out["ssh_keys"] = json::array();
    for (const std::int64_t id : server.ssh_keys) out["ssh_keys"].push_back(std::to_string(id));
    if (!server.networks.empty()) out["networks"] = server.networks;
    for (const std::int64_t id : server.firewalls) {
        json one = json::object();
        one["firewall"] = id;
        out["firewalls"].push_back(std::move(one));
    }
    if (!server.user_data.empty()) out["user_data"] = server.user_data;
    out["start_after_create"] = true;
    out["labels"] = server.labels;
    out["public_net"]["enable_ipv4"] = true;
    out["public_net"]["enable_ipv6"] = true;
    return written(out);
}

cloud_result<cloud_ssh_key> read_ssh_key(std::string_view body, int status) {
    const json document = parse(body);
    const json& key = member(document, "ssh_key");
    if (id_of(key) == 0) return unreadable(status, "the SSH key's id");
    return ssh_key_of(key);
}

cloud_result<cloud_server> read_server(std::string_view body, int status) {
    const json document = parse(body);
    const json& server = member(document, "server");
    if (id_of(server) == 0) return unreadable(status, "the server's id");
    return server_of(server);
}

cloud_result<created_server> read_created_server(std::string_view body, int status) {
    const json document = parse(body);
    const json& server = member(document, "server");
    if (id_of(server) == 0) return unreadable(status, "the server's id");
    created_server out;
    out.server = server_of(server);
    if (const auto action = id_of(member(document, "action")); action != 0) out.actions.push_back(action);
    for (const json& next : list(document, "next_actions"))
        if (const auto action = id_of(next); action != 0) out.actions.push_back(action);
    return out;
}

cloud_result<std::int64_t> read_action_id(std::string_view body, int status) {
    const json document = parse(body);
    const std::int64_t id = id_of(member(document, "action"));
    if (id == 0) return unreadable(status, "the action's id");
    return id;
}

cloud_result<page<cloud_ssh_key>> read_ssh_keys(std::string_view body, int status) {
    return read_page<cloud_ssh_key>(body, status, "ssh_keys", ssh_key_of);
}

cloud_result<page<cloud_server>> read_servers(std::string_view body, int status) {
    return read_page<cloud_server>(body, status, "servers", server_of);
}

cloud_result<std::vector<action_state>> read_actions(std::string_view body, int status) {
    const json document = parse(body);
    if (!document.is_object() || !document.contains("actions")) return unreadable(status, "a list of actions");
    std::vector<action_state> out;
    for (const json& entry : list(document, "actions")) {
        action_state one;
        one.id = id_of(entry);
        if (one.id == 0) continue;
        one.command = text(entry, "command");
        const std::string word = text(entry, "status");
        if (word == "success") one.status = action_status::success;
        if (word == "error") {
            one.status = action_status::error;
            one.error_code = text(member(entry, "error"), "code");
            one.error_message = text(member(entry, "error"), "message");
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace slipway::hetzner
