// The steps that talk to the VM itself; see perform.hpp.
#pragma once

#include "engine/runtime/perform.hpp"

namespace slipway {

// `hetzner` may be null: then the server's actions are not watched. `whole`: they must have ended well, too; SSH does not
// tell whether a server has been attached to its network.
boost::asio::awaitable<step_result> reach(world& w, std::shared_ptr<cloud> hetzner, const reach_ssh_effect& want,
                                           bool whole);
boost::asio::awaitable<step_result> run(world& w, const step_context& c, const run_recipe_effect& want);
boost::asio::awaitable<step_result> prepare(world& w, const prepare_host_keys_effect& want);
boost::asio::awaitable<step_result> hand(world& w, const hand_over_effect& want);

}  // namespace slipway
