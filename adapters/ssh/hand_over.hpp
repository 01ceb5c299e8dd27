// The end of the operator's time on a VM: fresh host keys, then the operator's key is taken off. Every step may be
// repeated; the loop's thread.
#pragma once

#include "adapters/ssh/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace slipway::ssh {

boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys_on(boost::asio::any_io_executor loop,
                                                                                    peer to);

// Puts the prepared host keys, public lines, into use on the VM that `contact` is with; not where this run has begun.
// The session to go on with: with the VM showing one of them, or the same one.
boost::asio::awaitable<shell_result<std::unique_ptr<session>>> install_host_keys_on(boost::asio::any_io_executor loop,
                                                                                    peer to,
                                                                                    std::vector<std::string> prepared,
                                                                                    std::string unless_started,
                                                                                    std::unique_ptr<session> contact);

struct hand_over_order {
    std::vector<std::string> prepared;
    std::string operator_blob;  // the base64 middle part of the operator's public line
    bool changed = false;       // as remote_shell's
};

// `open` may be null: a session in which the recipe ended. It is used where the VM showed a prepared key in it.
boost::asio::awaitable<shell_result<handed_over>> hand_over_on(boost::asio::any_io_executor loop, peer to,
                                                               hand_over_order order, std::unique_ptr<session> open);

// Whether one of the public lines is this key.
bool holds_key(const std::vector<std::string>& lines, const std::string& line);

}  // namespace slipway::ssh
