// How slipway marks what it makes at Hetzner, and tells its own from a stranger's.
#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/label.hpp"
#include "engine/model/event.hpp"
#include "engine/model/ids.hpp"
#include "engine/ports/cloud.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace slipway {

inline constexpr const char* label_managed_by = "managed-by";    // = slipway
inline constexpr const char* label_stream = "slipway-stream";    // the VM's stream id
inline constexpr const char* label_install = "slipway-install";  // which event log knows it
inline constexpr const char* label_order = "slipway-order";      // which request of the stream's made it
inline constexpr const char* label_contract = "slipway-contract";  // the marketplace's id, or a digest of it
inline constexpr const char* label_expires = "slipway-expires";    // when that contract ends: seconds since 1970

// Whom a server is made for.
struct server_owner {
    std::string install;
    stream_id stream;
    std::string order;
    std::string contract_id;  // empty: no contract's
    std::optional<timestamp> expires_at;
};

// A marketplace's id as a label's value. What cannot be one stands there as a digest.
inline std::string contract_label_of(const std::string& contract_id) {
    if (is_label_value(contract_id)) return contract_id;
    return "sha256-" + hex(sha256(contract_id)).substr(0, 40);
}

// What a contract's server is called at Hetzner: in every history of a log the same, so that Hetzner, which has each name
// once in a project, keeps one contract from getting two servers.
inline std::string contract_server_name(const std::string& contract_id) {
    return "dc-" + hex(sha256(contract_id)).substr(0, 8);
}

inline labels server_labels(const server_owner& owner, const std::map<std::string, std::string>& user) {
    labels all = user;
    all[label_managed_by] = "slipway";
    all[label_install] = owner.install;
    all[label_stream] = owner.stream.text;
    if (!owner.order.empty()) all[label_order] = owner.order;
    if (!owner.contract_id.empty()) all[label_contract] = contract_label_of(owner.contract_id);
    if (owner.expires_at) all[label_expires] = std::to_string((owner.expires_at->ms + 999) / 1000);
    return all;
}

// A key may be shared by many streams; the label says which one's request made it, not whose it is.
inline labels key_labels(const std::string& install, const stream_id& stream) {
    return {{label_managed_by, "slipway"}, {label_install, install}, {label_stream, stream.text}};
}

// Empty where there is none.
inline std::string label_of(const labels& all, const char* key) {
    const auto it = all.find(key);
    return it == all.end() ? std::string() : it->second;
}

inline bool has(const labels& all, const char* key, const std::string& value) {
    const auto it = all.find(key);
    return it != all.end() && it->second == value;
}

// Only a server that carries this stream's id, written by this installation, is ever adopted or deleted.
inline bool is_ours(const cloud_server& server, const std::string& install, const stream_id& stream) {
    return has(server.labels, label_managed_by, "slipway") && has(server.labels, label_install, install) &&
           has(server.labels, label_stream, stream.text);
}

// One of the stream's own requests has made it; a server of an earlier release does not say.
inline bool is_ordered_by(const cloud_server& server, const std::vector<std::string>& orders) {
    const auto mark = server.labels.find(label_order);
    return mark == server.labels.end() || std::find(orders.begin(), orders.end(), mark->second) != orders.end();
}

// Made for this contract, by whichever stream.
inline bool is_of_contract(const cloud_server& server, const std::string& install, const std::string& contract_id) {
    return !contract_id.empty() && has(server.labels, label_managed_by, "slipway") &&
           has(server.labels, label_install, install) &&
           has(server.labels, label_contract, contract_label_of(contract_id));
}

inline bool is_ours(const cloud_ssh_key& key, const std::string& install) {
    return has(key.labels, label_managed_by, "slipway") && has(key.labels, label_install, install);
}

inline bool is_made_by(const cloud_ssh_key& key, const std::string& install, const stream_id& stream) {
    return is_ours(key, install) && has(key.labels, label_stream, stream.text);
}

}  // namespace slipway
