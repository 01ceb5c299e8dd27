// How slipway marks what it makes at Hetzner, and tells its own from a stranger's.
#pragma once

#include "engine/model/event.hpp"
#include "engine/model/ids.hpp"
#include "engine/ports/cloud.hpp"

#include <string>

namespace slipway {

inline constexpr const char* label_managed_by = "managed-by";    // = slipway
inline constexpr const char* label_stream = "slipway-stream";    // the VM's stream id
inline constexpr const char* label_install = "slipway-install";  // which event log knows it

inline labels server_labels(const std::string& install, const stream_id& stream,
                            const std::map<std::string, std::string>& user) {
    labels all = user;
    all[label_managed_by] = "slipway";
    all[label_install] = install;
    all[label_stream] = stream.text;
    return all;
}

// A key may be shared by many streams; the label says which one's request made it, not whose it is.
inline labels key_labels(const std::string& install, const stream_id& stream) {
    return {{label_managed_by, "slipway"}, {label_install, install}, {label_stream, stream.text}};
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

inline bool is_ours(const cloud_ssh_key& key, const std::string& install) {
    return has(key.labels, label_managed_by, "slipway") && has(key.labels, label_install, install);
}

inline bool is_made_by(const cloud_ssh_key& key, const std::string& install, const stream_id& stream) {
    return is_ours(key, install) && has(key.labels, label_stream, stream.text);
}

}  // namespace slipway
