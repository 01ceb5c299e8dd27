// Who is connected to an HTTP server, counted by where they came in and from where, so that a crowd at one door leaves
// room at the others. Pure; one thread.
#pragma once

#include "adapters/net/http_server.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace slipway::net {

class connection_crowd {
public:
    // `over`: a number for each TCP address that is listened on; -1: a unix socket, where nobody is counted by peer.
    bool has_room(int over, const std::string& peer, const server_limits& limits) const;
    void enter(int over, const std::string& peer);
    void leave(int over, const std::string& peer);

    std::size_t size() const { return all_; }

private:
    std::size_t all_ = 0;
    std::size_t tcp_ = 0;
    std::map<int, std::size_t> by_listener_;
    std::map<std::string, std::size_t> by_peer_;
};

}  // namespace slipway::net
