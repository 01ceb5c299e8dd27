#include "adapters/discord/commands.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

namespace slipway::discord {

namespace {

using nlohmann::json;

constexpr int of_text = 3, of_number = 4;

json command(const char* name, const char* description, std::initializer_list<json> options = {}) {
    json out;
    out["type"] = 1;
    out["name"] = name;
    out["description"] = description;
    out["options"] = json(json::array_t(options));
    // Guilds and DMs with the bot; for those who share a guild with it.
    out["contexts"] = {0, 1};
    out["integration_types"] = {0};
    return out;
}

json option(int type, const char* name, const char* description, bool required) {
    json out;
    out["type"] = type;
    out["name"] = name;
    out["description"] = description;
    out["required"] = required;
    return out;
}

json suggested(const char* name, const char* description, bool required) {
    json out = option(of_text, name, description, required);
    out["autocomplete"] = true;
    return out;
}

json app_option() {
    json out = option(of_text, "app", "What cloud-init installs (none)", false);
    for (const auto& [value, label] : {std::pair{"none", "none"}, {"coolify", "Coolify"}, {"wireguard", "WireGuard"}}) {
        json choice;
        choice["name"] = label;
        choice["value"] = value;
        out["choices"].push_back(choice);
    }
    return out;
}

json name_option() {
    json out = option(of_text, "name", "Name of the VM; with count it is followed by 1, 2, …", true);
    out["min_length"] = 1;
    out["max_length"] = 63;
    return out;
}

json count_option() {
    json out = option(of_number, "count", "How many VMs (1)", false);
    out["min_value"] = 1;
    out["max_value"] = most_vms_at_once;
    return out;
}

json server_option() { return suggested("server", "Name or id of one of your VMs", true); }

// Nothing is the same as nothing, an empty list, false.
bool says_nothing(const json& value) {
    return value.is_null() || value == false || ((value.is_array() || value.is_object()) && value.empty());
}

bool is_same(const json& wanted, const json& registered, std::initializer_list<const char*> fields) {
    static const json nothing;
    const auto field = [](const json& of, const char* name) -> const json& {
        const auto it = of.find(name);
        return it == of.end() ? nothing : *it;
    };
    return std::all_of(fields.begin(), fields.end(), [&](const char* name) {
        const json &here = field(wanted, name), &there = field(registered, name);
        return here == there || (says_nothing(here) && says_nothing(there));
    });
}

bool is_same_command(const json& wanted, const json& registered) {
    if (!registered.is_object() ||
        !is_same(wanted, registered, {"type", "name", "description", "contexts", "integration_types"}))
        return false;
    const json options = registered.value("options", json::array());
    return options.is_array() && options.size() == wanted["options"].size() &&
           std::equal(options.begin(), options.end(), wanted["options"].begin(), [](const json& there, const json& here) {
               return there.is_object() &&
                      is_same(here, there, {"type", "name", "description", "required", "autocomplete", "choices", "min_value",
                                            "max_value", "min_length", "max_length"});
           });
}

}  // namespace

const json& all_commands() {
    static const json all = json::array({
        command("create", "Create one or more VMs at Hetzner",
                {name_option(), suggested("location", "Where, for instance nbg1", true),
                 suggested("image", "What is on it (x86), for instance ubuntu-24.04", true), app_option(), count_option()}),
        command("s", "Show one of your VMs", {server_option()}),
        command("list", "List your VMs"),
        command("delete", "Delete one of your VMs; you are asked once more", {server_option()}),
        command("log", "What has happened to one of your VMs", {server_option()}),
        command("refresh", "Read locations, images, networks, SSH keys and firewalls from Hetzner again"),
        command("images", "List the images that /create takes"),
        command("locations", "List the locations"),
        command("networks", "List the networks"),
        command("sshkeys", "List the SSH keys"),
        command("firewalls", "List the firewalls"),
        command("setdefaults", "Your network, SSH key and firewall where there are several; without options: show them",
                {suggested("network_id", "A network's id, or none", false),
                 suggested("ssh_key_id", "An SSH key's id, or none", false),
                 suggested("firewall_id", "A firewall's id, or none", false)}),
    });
    return all;
}

bool are_registered(const json& registered) {
    const json& wanted = all_commands();
    if (!registered.is_array() || registered.size() != wanted.size()) return false;
    return std::all_of(wanted.begin(), wanted.end(), [&](const json& one) {
        return std::any_of(registered.begin(), registered.end(),
                           [&](const json& there) { return is_same_command(one, there); });
    });
}

}  // namespace slipway::discord
