// The end of the operator's time on a VM: fresh host keys, then the operator's key is taken off. Every step may be
// repeated; the loop's thread.
#pragma once

#include "adapters/ssh/session.hpp"

#include <string>
#include <vector>

namespace slipway::ssh {

boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys_on(boost::asio::any_io_executor loop,
                                                                                    peer to);

// `operator_blob` is the base64 middle part of the operator's public line.
boost::asio::awaitable<shell_result<void>> hand_over_on(boost::asio::any_io_executor loop, peer to,
                                                        std::vector<std::string> prepared, std::string operator_blob);

}  // namespace slipway::ssh
