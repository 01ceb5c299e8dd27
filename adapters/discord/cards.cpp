#include "adapters/discord/cards.hpp"

#include "adapters/discord/chat_text.hpp"
#include "engine/model/recipe_output.hpp"
#include "engine/service/event_words.hpp"
#include "engine/service/shortcomings.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace slipway::discord {

namespace {

using nlohmann::json;

constexpr std::size_t longest_content = 2000;
constexpr std::size_t most_embeds = 10;
constexpr std::size_t longest_embeds = 6000;  // all that is read in them, together
constexpr int green = 0x2ecc71, red = 0xe74c3c, blue = 0x3498db, grey = 0x95a5a6;

enum button_style { primary = 1, secondary = 2, danger = 4 };

json card(std::string content) {
    json out;
    out["content"] = std::move(content);
    out["embeds"] = json::array();
    out["components"] = json::array();
    out["allowed_mentions"]["parse"] = json::array();
    return out;
}

json field(const char* name, const std::string& value, bool in_line = true) {
    json out;
    out["name"] = name;
    out["value"] = value.empty() ? "–" : value;
    out["inline"] = in_line;
    return out;
}

json button(button_style style, const char* label, const std::string& custom_id) {
    json out;
    out["type"] = 2;
    out["style"] = static_cast<int>(style);
    out["label"] = label;
    out["custom_id"] = custom_id;
    return out;
}

json two_buttons(json first, json second) {
    json row;
    row["type"] = 1;
    row["components"] = json::array({std::move(first), std::move(second)});
    return json::array({std::move(row)});
}

std::string code(std::string_view text) { return text.empty() ? std::string() : "`" + in_code(text) + "`"; }

// A sentence of somebody's, on one line, in at most that many bytes.
std::string sentence(std::string_view text, std::size_t most) {
    const std::string_view line = first_line(text);
    std::string out = escaped(cut(line, most));
    for (std::size_t kept = most; out.size() > most && kept > 8; out = escaped(cut(line, kept))) kept = kept * 3 / 4;
    return out;
}

// "nbg1", whatever has become of the server.
const server_reference* server_of(const service::stream_view& vm) { return vm.state.data.known_server(); }

std::string state_words(const vm_state& state) {
    if (state.data.held) return "held";
    std::string words(state.state_name());
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

json vm_embed(const service::stream_view& vm) {
    const spine& d = vm.state.data;
    const server_reference* server = server_of(vm);
    const bool is_active = vm.state.in("active");
    json out;
    out["title"] = escaped(cut(d.spec.name, 200));
    out["color"] = is_active ? green : vm.state.in("failed") || vm.state.in("termination_failed") ? red : blue;
    json fields = json::array();
    fields.push_back(field("Server ID", server && server->id ? code(std::to_string(server->id)) : ""));
    fields.push_back(field("Status", state_words(vm.state)));
    fields.push_back(field("Type", escaped(server ? server->server_type : d.where().server_type)));
    fields.push_back(field("Location", escaped(server ? server->location : d.where().location)));
    fields.push_back(field("Image", escaped(cut(d.spec.image, 100))));
    fields.push_back(field("App", escaped(d.has_app() ? d.spec.app : "none")));
    fields.push_back(field("IPv4", server ? code(server->ipv4) : ""));
    fields.push_back(field("IPv6", server ? code(server->ipv6) : ""));
    if (is_active) fields.push_back(field("Log in", code("ssh root@" + d.address), false));
    for (const shortcoming& one : d.missing)
        fields.push_back(field("Missing", std::string(service::in_words(one.what)) + ": " +
                                              std::string(service::advice(one.what)), false));
    if (d.failure) fields.push_back(field("Failed", sentence(d.failure->message, 400), false));
    if (d.held) fields.push_back(field("Held", sentence(d.held->message, 400), false));
    for (const leak& one : d.leaked)
        fields.push_back(field("Could not be deleted", fmt::format("{} {}: {}", one.kind == resource_kind::server ? "server" : "SSH key",
                                                                   one.id, sentence(one.why, 300)), false));
    if (fields.size() > 20) fields.erase(fields.begin() + 20, fields.end());
    out["fields"] = std::move(fields);
    return out;
}

std::size_t text_size(const json& embed) {
    std::size_t size = embed.at("title").get_ref<const std::string&>().size();
    for (const json& one : embed.at("fields"))
        size += one.at("name").get_ref<const std::string&>().size() + one.at("value").get_ref<const std::string&>().size();
    return size;
}

std::string row_of(batch_work work, const batch::vm& vm, const vm_now& now, std::size_t most) {
    const std::string name = "**" + escaped(vm.name) + "** ";
    const std::size_t room = std::max(most, name.size() + 90) - name.size() - 60;  // beside our own words
    if (!vm.refused.empty()) return "❌ " + name + (work == batch_work::create ? "was not ordered: " : "is not deleted: ") + sentence(vm.refused, room);
    if (!now.view) return "⏳ " + name + (work == batch_work::create ? "being ordered" : "being deleted");
    const vm_state& state = now.view->state;
    if (state.in("active")) return "✅ " + name + "ready";
    if (state.data.held) return "⚠️ " + name + "held: " + sentence(state.data.held->message, room);
    if (state.in("failed"))
        return "❌ " + name + "failed: " + (state.data.failure ? sentence(state.data.failure->message, room) : "") +
               (state.data.leaked.empty() ? "" : " (something could not be deleted: see /s)");
    if (state.in("terminated")) return "🗑️ " + name + "deleted";
    if (state.in("termination_failed")) return "⚠️ " + name + "could not be deleted; it goes on being tried";
    if (state.data.retry_at && !now.trouble.empty())
        return "⏳ " + name + "tries again " + relative_time(state.data.retry_at->ms / 1000) + ": " + sentence(now.trouble, room);
    const auto effect = wants(state);
    return "⏳ " + name + (effect ? service::in_progress(step_of(*effect)) : state_words(state));
}

std::size_t count_active(const std::vector<vm_now>& vms) {
    return static_cast<std::size_t>(std::count_if(vms.begin(), vms.end(), [](const vm_now& one) {
        return one.view && one.view->state.in("active");
    }));
}

std::string heading(const batch& b, const std::vector<vm_now>& vms) {
    if (b.work == batch_work::remove) return "**Deletion**";
    std::size_t settled = 0;
    for (std::size_t i = 0; i < b.vms.size(); ++i) settled += is_settled(b.work, b.vms[i], vms[i]);
    const std::size_t all = b.vms.size(), active = count_active(vms);
    const std::string of_all = fmt::format("{} of {}", active, all);
    if (settled < all) return fmt::format("**{} ready** · {} in {}", of_all, escaped(b.image), escaped(b.location));
    if (active == all) return all == 1 ? "**The VM is ready.**" : fmt::format("**All {} VMs are ready.**", all);
    return all == 1 ? "**The VM is not ready.**" : fmt::format("**{} VMs are ready.**", of_all);
}

std::string price_lines(const batch& b) {
    std::string text = escaped(cut(b.price, 800));
    if (b.server_types.size() > 1) text += "\nThe first that Hetzner has is taken.";
    return text + (b.vms.size() > 1 ? fmt::format("\nEach of {}.", b.vms.size()) : "");
}

}  // namespace

bool is_settled(batch_work work, const batch::vm& vm, const vm_now& now) {
    if (!vm.refused.empty()) return true;
    if (!vm.ordered || !now.view) return false;
    const vm_state& state = now.view->state;
    if (state.in("terminated") || state.in("termination_failed") || state.in("failed")) return true;
    return work == batch_work::create && (state.data.held || state.in("active"));
}

json text_card(std::string_view content) { return card(cut(content, longest_content)); }

json code_card(std::string_view heading, const std::vector<std::string>& lines) {
    std::string text;
    std::size_t first = lines.size();
    std::size_t room = longest_content - heading.size() - 40;
    while (first > 0 && room > lines[first - 1].size() + 1) room -= lines[--first].size() + 1;
    if (first > 0) text = "…\n";
    for (std::size_t i = first; i < lines.size(); ++i) text += in_code(lines[i]) + "\n";
    return card(std::string(heading) + "\n```\n" + text + "```");
}

json plan_card(const batch& b, int live, int quota) {
    std::string names;
    for (const batch::vm& one : b.vms) names += (names.empty() ? "" : ", ") + escaped(one.name);
    json plan;
    plan["title"] = b.vms.size() == 1 ? "Create this VM?" : fmt::format("Create these {} VMs?", b.vms.size());
    plan["color"] = blue;
    plan["fields"] = json::array({
        field("Name", cut(names, 1000), false),
        field("Type", escaped(b.server_types.empty() ? "" : b.server_types.front())),
        field("Location", escaped(b.location)),
        field("Image", escaped(cut(b.image, 100))),
        field("App", escaped(b.app)),
        field("Network", escaped(cut(b.network_text, 200))),
        field("Firewall", escaped(cut(b.firewall_text, 200))),
        field("SSH key", escaped(cut(b.key_text, 200))),
        field("Price", price_lines(b), false),
        field("Your VMs", fmt::format("{} of {}", live, quota)),
    });
    json footer;
    footer["text"] = "Every started hour is billed. Good for 14 minutes.";
    plan["footer"] = std::move(footer);
    json out = card("");
    out["embeds"].push_back(std::move(plan));
    out["components"] = two_buttons(button(primary, "Create", "order:" + b.id + ":yes"),
                                    button(secondary, "Cancel", "order:" + b.id + ":no"));
    return out;
}

json removal_card(const batch& b, const service::stream_view& vm) {
    json out = card("Delete this VM? Everything on it is lost.");
    json embed = vm_embed(vm);
    embed["fields"].push_back(field("Owner", code(cut(vm.state.data.owner, 80)), false));
    out["embeds"].push_back(std::move(embed));
    out["components"] = two_buttons(button(danger, "Delete", "order:" + b.id + ":yes"),
                                    button(secondary, "Keep", "order:" + b.id + ":no"));
    return out;
}

json progress_card(const batch& b, const std::vector<vm_now>& vms) {
    std::string content = heading(b, vms);
    const std::size_t each = (longest_content - content.size()) / b.vms.size() - 1;
    json embeds = json::array();
    std::size_t room = longest_embeds;
    for (std::size_t i = 0; i < b.vms.size(); ++i) {
        content += "\n" + row_of(b.work, b.vms[i], vms[i], each);
        const bool is_shown = b.work == batch_work::create && vms[i].view && vms[i].view->state.in("active");
        if (!is_shown || embeds.size() == most_embeds) continue;
        json embed = vm_embed(*vms[i].view);
        const std::size_t size = text_size(embed);
        if (size > room) continue;
        room -= size;
        embeds.push_back(std::move(embed));
    }
    json out = card(cut(content, longest_content));
    out["embeds"] = std::move(embeds);
    return out;
}

json progress_notice(const batch& b, const std::vector<vm_now>& vms) {
    return card(fmt::format("{} of {}: {} Details: /list", b.work == batch_work::create ? "/create" : "/delete", escaped(cut(b.user.name, 100)), heading(b, vms)));
}

json vm_card(const service::stream_view& vm) {
    json out = card("");
    out["embeds"].push_back(vm_embed(vm));
    return out;
}

std::string vm_line(const service::stream_view& vm, bool with_owner) {
    const server_reference* server = server_of(vm);
    std::string line = fmt::format("**{}** {}", escaped(cut(vm.state.data.spec.name, 63)), state_words(vm.state));
    if (server) line += fmt::format(" · {} · {} · {}", escaped(server->server_type), escaped(server->location), code(server->ipv4));
    if (with_owner) line += " · " + code(cut(vm.state.data.owner, 80));
    return line;
}

std::optional<pressed> pressed_button(std::string_view custom_id) {
    constexpr std::string_view before = "order:", yes = ":yes", no = ":no";
    if (!custom_id.starts_with(before)) return std::nullopt;
    custom_id.remove_prefix(before.size());
    pressed out;
    out.yes = custom_id.ends_with(yes);
    if (!out.yes && !custom_id.ends_with(no)) return std::nullopt;
    out.batch = custom_id.substr(0, custom_id.size() - (out.yes ? yes.size() : no.size()));
    return out;
}

}  // namespace slipway::discord
