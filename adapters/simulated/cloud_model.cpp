#include "adapters/simulated/cloud_model.hpp"

#include "engine/base/digest.hpp"
#include "engine/base/hex.hpp"
#include "engine/model/public_key.hpp"

#include <algorithm>

namespace slipway::simulated {

namespace {

cloud_error refusal(cloud_failure failure, int status, std::string code) {
    cloud_error e;
    e.failure = failure;
    e.status = status;
    e.message = "Hetzner says " + code;
    e.code = std::move(code);
    return e;
}

// The text behind a JSON key in user_data; enough for one public line, and much faster than parsing it all.
std::string text_behind(const std::string& json, const std::string& key) {
    const auto at = json.find("\"" + key + "\":\"");
    if (at == std::string::npos) return {};
    const auto begin = at + key.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace

std::string fingerprint_of(const std::string& public_line) {
    if (const auto key = parse_public_key(public_line)) return md5_fingerprint(key->blob);
    std::uint64_t h = 1469598103934665603u;
    for (const char c : public_line) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
    std::string text;
    for (int i = 0; i < 16; ++i) {
        if (i > 0) text += ':';
        append_hex(text, static_cast<unsigned char>(h >> (i % 8 * 8)));
    }
    return text;
}

cloud_result<cloud_ssh_key> cloud_model::create_ssh_key(const new_ssh_key& wanted) {
    const std::string fingerprint = fingerprint_of(wanted.public_key);
    for (const auto& [id, key] : keys_)
        if (key.fingerprint == fingerprint || key.name == wanted.name)
            return refusal(cloud_failure::name_taken, 409, "uniqueness_error");
    cloud_ssh_key key{++made_, wanted.name, fingerprint, wanted.labels};
    keys_[key.id] = key;
    public_lines_[key.id] = wanted.public_key;
    keys_by_fingerprint_[fingerprint] = key.id;
    if (watcher) watcher->key_made(key);
    return key;
}

cloud_result<std::optional<cloud_ssh_key>> cloud_model::find_ssh_key(const std::string& fingerprint) const {
    std::optional<cloud_ssh_key> found;
    if (const auto* key = key_with(fingerprint)) found = *key;
    return found;
}

const cloud_ssh_key* cloud_model::key_with(const std::string& fingerprint) const {
    const auto it = keys_by_fingerprint_.find(fingerprint);
    return it == keys_by_fingerprint_.end() ? nullptr : &keys_.at(it->second);
}

cloud_result<void> cloud_model::delete_ssh_key(std::int64_t id) {
    const auto it = keys_.find(id);
    if (it == keys_.end()) return refusal(cloud_failure::not_found, 404, "not_found");
    keys_by_fingerprint_.erase(it->second.fingerprint);
    keys_.erase(it);
    return {};
}

std::int64_t cloud_model::begin_action(milliseconds lasts, bool fails) {
    actions_[++made_] = {time_.now() + lasts.count(), fails};
    return made_;
}

const simulated_action* cloud_model::action(std::int64_t id) const {
    const auto it = actions_.find(id);
    return it == actions_.end() ? nullptr : &it->second;
}

bool cloud_model::fails(std::int64_t id) const {
    const simulated_action* a = action(id);
    return a != nullptr && (a->fails || (a->network != 0 && !networks.contains(a->network)));
}

void cloud_model::let_fail(std::int64_t id) {
    const auto it = actions_.find(id);
    if (it != actions_.end() && time_.now() < it->second.ends) it->second.fails = true;
}

cloud_result<created_server> cloud_model::create_server(const new_server& wanted, fault flaw) {
    if (by_name_.contains(wanted.name)) return refusal(cloud_failure::name_taken, 409, "uniqueness_error");
    for (const std::int64_t key : wanted.ssh_keys)
        if (!keys_.contains(key)) return refusal(cloud_failure::invalid, 422, "invalid_input");
    for (const std::int64_t network : wanted.networks)
        if (!networks.contains(network)) return refusal(cloud_failure::invalid, 422, "invalid_input");
    for (const std::int64_t firewall : wanted.firewalls)
        if (!firewalls.contains(firewall)) return refusal(cloud_failure::invalid, 422, "invalid_input");
    simulated_server s;
    s.networks = wanted.networks;
    s.firewalls = wanted.firewalls;
    s.seen.id = ++made_;
    s.seen.name = wanted.name;
    s.seen.status = "initializing";
    s.seen.server_type = wanted.server_type;
    s.seen.location = wanted.location;
    s.seen.labels = wanted.labels;
    if (flaw != fault::no_address)
        s.seen.ipv4 = "10." + std::to_string(made_ >> 16 & 255) + "." + std::to_string(made_ >> 8 & 255) + "." +
                      std::to_string(made_ & 255);
    if (const auto it = wanted.labels.find("slipway-stream"); it != wanted.labels.end()) s.stream = it->second;
    s.host_key =
        flaw == fault::stranger_answers ? "ssh-ed25519 AAAAstranger" : text_behind(wanted.user_data, "ed25519_public");
    s.lets_operator_in = wanted.user_data.find("AAAAoperator") != std::string::npos;
    if (flaw != fault::never_boots && flaw != fault::action_fails)
        s.boots_at = time_.now() + chance_.between(8'000, 40'000);
    s.flaw = flaw;

    created_server made{s.seen, {}};
    made.actions.push_back(begin_action(milliseconds{chance_.between(2'000, 15'000)}, flaw == fault::action_fails));
    for (const std::int64_t network : s.networks) {  // later than SSH, which does not tell
        made.actions.push_back(begin_action(milliseconds{60'000}, false));
        actions_.at(made.actions.back()).network = network;
    }
    by_name_[s.seen.name] = s.seen.id;
    if (s.seen.ipv4) by_address_[*s.seen.ipv4] = s.seen.id;
    by_stream_[s.stream].insert(s.seen.id);
    const auto& kept = servers_[s.seen.id] = std::move(s);
    if (flaw == fault::vanishes)
        time_.after(milliseconds{chance_.between(0, 120'000)}, [this, id = kept.seen.id] { take_away(id); });
    if (watcher) watcher->server_made(kept);
    return made;
}

cloud_result<std::optional<cloud_server>> cloud_model::find_server(const std::string& name) const {
    std::optional<cloud_server> found;
    if (const auto it = by_name_.find(name); it != by_name_.end()) found = servers_.at(it->second).seen;
    return found;
}

cloud_result<std::vector<cloud_server>> cloud_model::list_servers() const {
    std::vector<cloud_server> all;
    for (const auto& [id, s] : servers_)
        if (!s.stream.empty()) all.push_back(s.seen);
    return all;
}

cloud_result<std::optional<cloud_server>> cloud_model::get_server(std::int64_t id) const {
    std::optional<cloud_server> found;
    if (const auto it = servers_.find(id); it != servers_.end()) found = it->second.seen;
    return found;
}

cloud_result<std::vector<cloud_ssh_key>> cloud_model::list_ssh_keys() const {
    std::vector<cloud_ssh_key> all;
    for (const auto& [id, key] : keys_)
        if (!key.labels.empty()) all.push_back(key);
    return all;
}

cloud_result<std::int64_t> cloud_model::delete_server(std::int64_t id) {
    const auto it = servers_.find(id);
    if (it == servers_.end()) return refusal(cloud_failure::not_found, 404, "not_found");
    if (it->second.deleting) return refusal(cloud_failure::locked, 423, "locked");
    if (watcher) watcher->server_ended(it->second);
    it->second.deleting = true;
    it->second.seen.status = "deleting";
    const milliseconds lasts{chance_.between(500, 3'000)};
    time_.after(lasts, [this, id] { take_away(id); });
    return begin_action(lasts, false);
}

void cloud_model::take_away(std::int64_t server) {
    const auto it = servers_.find(server);
    if (it == servers_.end()) return;
    by_name_.erase(it->second.seen.name);
    if (it->second.seen.ipv4) by_address_.erase(*it->second.seen.ipv4);
    by_stream_[it->second.stream].erase(server);
    servers_.erase(it);
}

void cloud_model::relabel(std::int64_t server, labels all) {
    servers_.at(server).seen.labels = std::move(all);
}

simulated_server* cloud_model::at_address(const std::string& ipv4) {
    const auto it = by_address_.find(ipv4);
    return it == by_address_.end() ? nullptr : &servers_.at(it->second);
}

std::vector<const simulated_server*> cloud_model::of_stream(const std::string& stream) const {
    std::vector<const simulated_server*> all;
    if (const auto it = by_stream_.find(stream); it != by_stream_.end())
        for (const std::int64_t id : it->second) all.push_back(&servers_.at(id));
    return all;
}

}  // namespace slipway::simulated
