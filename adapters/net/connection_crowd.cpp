#include "adapters/net/connection_crowd.hpp"

namespace slipway::net {

namespace {

constexpr int unix_socket = -1;

template <class Key>
std::size_t count_of(const std::map<Key, std::size_t>& in, const Key& key) {
    const auto found = in.find(key);
    return found == in.end() ? 0 : found->second;
}

// What nobody is counted for is not kept: addresses of peers come and go without end.
template <class Key>
void take_away(std::map<Key, std::size_t>& from, const Key& key) {
    const auto found = from.find(key);
    if (--found->second == 0) from.erase(found);
}

}  // namespace

bool connection_crowd::has_room(int over, const std::string& peer, const server_limits& limits) const {
    if (all_ >= limits.connections) return false;
    if (over == unix_socket) return true;
    return tcp_ + limits.for_unix < limits.connections &&
           count_of(by_listener_, over) < limits.per_listener && count_of(by_peer_, peer) < limits.per_peer;
}

void connection_crowd::enter(int over, const std::string& peer) {
    ++all_;
    if (over == unix_socket) return;
    ++tcp_;
    ++by_listener_[over];
    ++by_peer_[peer];
}

void connection_crowd::leave(int over, const std::string& peer) {
    --all_;
    if (over == unix_socket) return;
    --tcp_;
    take_away(by_listener_, over);
    take_away(by_peer_, peer);
}

}  // namespace slipway::net
