#include "adapters/discord/suggestions.hpp"

#include "adapters/discord/chat_text.hpp"
#include "engine/base/terminal_text.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace slipway::discord {

using nlohmann::json;

namespace {

constexpr std::size_t most_choices = 25, longest_label = 100;

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

suggestion resource_suggestion(const cloud_resource& one) {
    return {one.name + " (" + std::to_string(one.id) + ")", std::to_string(one.id)};
}

std::vector<suggestion> resource_suggestions(const std::vector<cloud_resource>& all, bool none_too) {
    std::vector<suggestion> out;
    for (const cloud_resource& one : all) out.push_back(resource_suggestion(one));
    if (none_too) out.push_back({"none", "none"});
    return out;
}

}  // namespace

std::vector<const catalog::image*> images_for_x86(const catalog& from) {
    std::vector<const catalog::image*> found;
    for (const catalog::image& one : from.images)
        if (one.architecture == "x86" && (one.status.empty() || one.status == "available")) found.push_back(&one);
    return found;
}

std::string image_value(const catalog::image& one) { return one.name.empty() ? std::to_string(one.id) : one.name; }

std::string image_label(const catalog::image& one) {
    if (one.name.empty()) return (one.description.empty() ? "snapshot" : one.description) + " (" + std::to_string(one.id) + ")";
    return one.name + (one.deprecated ? " (deprecated)" : "");
}

std::vector<suggestion> from_catalog(const service::project_catalog& known, const std::string& option) {
    std::vector<suggestion> all;
    if (option == "image" && known.offers)
        for (const catalog::image* one : images_for_x86(*known.offers)) all.push_back({image_label(*one), image_value(*one)});
    if (option == "location" && known.offers)
        for (const catalog::location& one : known.offers->locations)
            all.push_back({one.name + (one.city.empty() ? "" : " (" + one.city + ")"), one.name});
    if (option == "network_id") all = resource_suggestions(known.networks, true);
    if (option == "ssh_key_id") all = resource_suggestions(known.ssh_keys, false);
    if (option == "firewall_id") all = resource_suggestions(known.firewalls, true);
    return all;
}

std::vector<suggestion> from_vms(const std::vector<service::stream_view>& vms) {
    std::vector<suggestion> all;
    std::map<std::string, int> called;
    for (const service::stream_view& one : vms) ++called[lower_case(one.state.data.spec.name)];
    for (const service::stream_view& one : vms) {
        const server_reference* server = one.state.data.known_server();
        const std::string where = server && !server->ipv4.empty() ? " (" + server->ipv4 + ")" : "";
        const bool is_unique = called[lower_case(one.state.data.spec.name)] == 1;
        all.push_back({one.state.data.spec.name + where, is_unique ? one.state.data.spec.name : one.stream.text});
    }
    return all;
}

json matching(const std::vector<suggestion>& all, const std::string& typed) {
    const std::string wanted = lower_case(typed);
    json choices = json::array();
    for (const bool at_the_start : {true, false})
        for (const suggestion& one : all) {
            if (choices.size() == most_choices) break;
            const auto at = lower_case(one.label).find(wanted);
            if (at == std::string::npos || (at == 0) != at_the_start || one.value.size() > longest_label) continue;
            json choice;
            choice["name"] = cut(with_visible_controls(one.label), longest_label);
            choice["value"] = one.value;
            choices.push_back(std::move(choice));
        }
    json data;
    data["choices"] = std::move(choices);
    return data;
}

}  // namespace slipway::discord
