#include "engine/runtime/perform_ssh.hpp"

#include "engine/runtime/perform_place.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace slipway {

namespace {

using boost::asio::awaitable;

failure_code code_of(shell_failure f) {
    switch (f) {
        case shell_failure::unreachable:
            return failure_code::ssh_unreachable;
        case shell_failure::wrong_host_key:
            return failure_code::wrong_host_key;
        case shell_failure::denied:
            return failure_code::ssh_denied;
        case shell_failure::timed_out:
            return failure_code::timed_out;
        case shell_failure::broken:
            return failure_code::broken_host;
    }
    return failure_code::broken_host;
}

step_failure failure_over_ssh(const shell_error& e) {
    step_failure f;
    f.code = code_of(e.failure);
    f.message = e.message;
    f.unknown = e.begun;
    return f;
}

std::string what_failed(const run_recipe_effect& want, const recipe_output& ran) {
    const std::string limit = "within " + std::to_string(want.deadline.count() / 1000) +
                              " s, the limit that SLIPWAY_RECIPE_TIMEOUT_SECS sets";
    if (!ran.of_cloud_init)
        return ran.timed_out ? "the recipe did not end " + limit
                             : "the recipe ended with exit code " + std::to_string(ran.exit_code);
    std::string text = ran.timed_out ? "cloud-init did not end " + limit : "cloud-init ended with an error";
    if (!want.app.empty()) text += ", so " + want.app + " is not installed";
    if (!want.script.empty()) text += "; the recipe was not run";
    return text;
}

// Returns only if the server's actions fail. Their success says nothing that SSH does not say better, and a poll that
// breaks off says nothing of the server.
awaitable<cloud_error> action_failure(world& w, cloud& hetzner, std::vector<std::int64_t> actions) {
    auto done = co_await hetzner.wait_for(std::move(actions));
    if (!done && done.error().failure == cloud_failure::action_failed) co_return done.error();
    for (;;) co_await w.clock.sleep(std::chrono::hours{24});
}

}  // namespace

awaitable<step_result> reach(world& w, std::shared_ptr<cloud> hetzner, const reach_ssh_effect& want, bool whole) {
    using namespace boost::asio::experimental::awaitable_operators;
    step_failure f;
    if (want.address.empty()) {
        f.code = failure_code::no_public_ip;
        f.message =
            "Hetzner created the server without a public IPv4 address (is the project's limit of primary IPs used up?)";
        co_return f;
    }
    ssh_target target;
    target.address = want.address;
    target.host_keys.push_back(want.host_key);
    shell_result<void> ready;
    if (want.actions.empty() || !hetzner) {
        ready = co_await w.shell.wait_until_ready(target, want.deadline);
    } else {
        auto shell = w.shell.wait_until_ready(target, want.deadline);
        auto actions = action_failure(w, *hetzner, want.actions);
        auto first = co_await (std::move(shell) || std::move(actions));
        if (first.index() == 1) {
            f.code = failure_code::action_failed;
            f.message = "the server was created, but did not start: " + std::get<1>(first).message;
            co_return f;
        }
        ready = std::get<0>(std::move(first));
    }
    if (!ready) co_return failure_over_ssh(ready.error());
    if (whole && hetzner && !want.actions.empty()) {
        auto ended = co_await hetzner->wait_for(want.actions);
        if (!ended) {
            f = failure_of(ended.error());
            f.unknown = false;
            f.message = "the server was created, but not attached to its network: " + ended.error().message;
            co_return f;
        }
    }
    ssh_ready e;
    e.address = want.address;
    co_return only(std::move(e));
}

awaitable<step_result> run(world& w, const step_context& c, const run_recipe_effect& want) {
    recipe_run e;
    e.ran = !want.script.empty();
    if (!e.ran && want.app.empty()) co_return only(std::move(e));
    ssh_target target;
    target.address = want.address;
    target.host_keys = want.host_keys;
    recipe_order order;
    order.run_id = c.stream.text;
    order.script = want.script;
    order.deadline = want.deadline;
    order.needs_cloud_init = !want.app.empty();
    order.prepared = want.prepared;
    order.in_doubt = want.in_doubt;
    auto ran = co_await w.shell.run_recipe(target, std::move(order), c.output);
    if (!ran) co_return failure_over_ssh(ran.error());
    if (ran->timed_out || ran->exit_code != 0) {
        step_failure f;
        f.code = failure_code::recipe_failed;
        f.message = what_failed(want, *ran);
        if (ran->tail.empty()) f.message += ", without output";
        f.output = ran->tail;
        co_return f;
    }
    e.exit_code = ran->exit_code;
    e.output_bytes = static_cast<std::int64_t>(ran->bytes);
    e.output_tail = ran->tail;
    e.duration_ms = ran->duration.count();
    co_return only(std::move(e));
}

awaitable<step_result> prepare(world& w, const prepare_host_keys_effect& want) {
    ssh_target target;
    target.address = want.address;
    target.host_keys = want.host_keys;
    auto prepared = co_await w.shell.prepare_host_keys(target);
    if (!prepared) co_return failure_over_ssh(prepared.error());
    host_keys_prepared e;
    e.host_keys = *std::move(prepared);
    co_return only(std::move(e));
}

awaitable<step_result> hand(world& w, const hand_over_effect& want) {
    ssh_target target;
    target.address = want.address;
    target.host_keys = want.host_keys;
    auto done = co_await w.shell.hand_over(target, want.prepared, want.after_recipe && !want.in_doubt);
    if (!done) co_return failure_over_ssh(done.error());
    activated e;
    e.address = want.address;
    e.host_keys = std::move(done->host_keys);
    if (!done->operator_key_left.empty()) e.missing.push_back({shortcoming_kind::operator_key, done->operator_key_left});
    co_return only(std::move(e));
}

}  // namespace slipway
