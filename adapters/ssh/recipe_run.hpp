// A recipe on a VM from the daemon's side: start or find it, follow its output over as many connections as it takes,
// collect its end. The loop's thread; cancelling the coroutine leaves the recipe running on the VM.
#pragma once

#include "adapters/ssh/session.hpp"

#include <chrono>
#include <string>

namespace slipway::ssh {

struct recipe_order {
    std::string run_id;
    std::string script;
    std::chrono::milliseconds deadline{0};
};

boost::asio::awaitable<shell_result<recipe_output>> run_recipe_on(boost::asio::any_io_executor loop, peer to,
                                                                  recipe_order order, output_sink sink);

}  // namespace slipway::ssh
