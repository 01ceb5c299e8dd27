// A recipe on a VM from the daemon's side: start or find it, follow its output over as many connections as it takes,
// collect its end. The loop's thread; cancelling the coroutine leaves the recipe running on the VM.
#pragma once

#include "adapters/ssh/session.hpp"

#include <chrono>
#include <memory>

namespace slipway::ssh {

struct ended_recipe {
    recipe_output output;
    std::unique_ptr<session> contact;  // in which it was told
};

// `grace`: how long past its deadline the end is waited for.
boost::asio::awaitable<shell_result<ended_recipe>> run_recipe_on(boost::asio::any_io_executor loop, peer to,
                                                                 recipe_order order, std::chrono::milliseconds grace,
                                                                 output_sink sink);

}  // namespace slipway::ssh
