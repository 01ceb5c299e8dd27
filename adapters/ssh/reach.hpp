// A session with a VM that may still be booting: attempts in quick succession until one works or the time is over.
// The loop's thread; cancelling the coroutine ends the attempt in hand.
#pragma once

#include "adapters/ssh/session.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace slipway::ssh {

// What a booting VM is forgiven.
struct tolerance {
    bool another_host_key = false;        // an image's own key, shown until cloud-init has put ours in place
    std::chrono::milliseconds denied{0};  // the right host that refuses the key, for this long on end
};

// How long a VM that was reachable a moment ago may need for a session.
inline constexpr std::chrono::seconds first_contact{15};

// `waiting`: how many wait for a VM to boot at once, which it counts; their attempts are spread the more.
// At the deadline the error is the last thing that says most: a wrong host key before "nothing answered".
boost::asio::awaitable<shell_result<std::unique_ptr<session>>> reach(boost::asio::any_io_executor loop, peer to,
                                                                     tolerance forgiven, steady_time deadline,
                                                                     std::shared_ptr<std::size_t> waiting = nullptr);

}  // namespace slipway::ssh
