// What the steps' bodies share: where they work, how an answer of Hetzner's becomes a failure, and what may be said of
// things that are not found. Private to perform*.cpp.
#pragma once

#include "engine/runtime/perform.hpp"

#include <optional>
#include <string>

namespace slipway {

// What a step is given beside its own facts.
struct place {
    world& w;
    std::shared_ptr<cloud> hetzner;  // null where the step only talks to the VM
    const step_context& c;
    survey_ptr seen;  // null where the step makes and removes nothing at Hetzner
};

step_failure failure_of(const cloud_error& e);
step_failure failure_of(failure_code code, std::string message);

// Only looked: whatever went wrong, nothing was changed.
step_failure certainly(step_failure f);

// "Taken" may be the answer to the second delivery of a request of ours whose first one made it.
step_failure in_doubt(step_failure f);

// How long to go on looking for something that a request of unknown outcome may still bring into being; none: it is over.
std::optional<step_failure> too_early(const step_context& c);

// Of what was not found: why that does not prove it gone. None: gone is gone.
boost::asio::awaitable<std::optional<step_failure>> may_be_elsewhere(const place& at, std::string what);

// Before something is made for a stream that has, or may have, something already: none where that is in this project.
boost::asio::awaitable<std::optional<step_failure>> wrong_project(const place& at, bool has_something);

// The body of each step.
boost::asio::awaitable<step_result> carry_out(const place& at, const register_key_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const create_server_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const reach_ssh_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const run_recipe_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const prepare_host_keys_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const hand_over_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const delete_server_effect& want);
boost::asio::awaitable<step_result> carry_out(const place& at, const release_key_effect& want);

}  // namespace slipway
