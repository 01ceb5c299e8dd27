#include "engine/runtime/perform.hpp"

#include "engine/runtime/perform_place.hpp"
#include "engine/runtime/perform_ssh.hpp"

namespace slipway {

using boost::asio::awaitable;

namespace {

constexpr std::chrono::milliseconds kept_for_ever = std::chrono::milliseconds::max();

step_failure older_log(const project_survey& seen) {
    const cloud_server& one = seen.ahead.front();
    return failure_of(failure_code::older_log,
                      "this log is older than what is at Hetzner (see the server " + one.name + ", " +
                          std::to_string(one.id) + "): nothing is ordered or ended in the project until that is "
                          "settled; slipway audit says how");
}

awaitable<step_result> do_step(const place& at, const register_key_effect& want) {
    return register_key(at, want);
}
awaitable<step_result> do_step(const place& at, const create_server_effect& want) {
    return create_server(at, want);
}
awaitable<step_result> do_step(const place& at, const delete_server_effect& want) {
    return delete_server(at, want);
}
awaitable<step_result> do_step(const place& at, const release_key_effect& want) {
    return release_key(at, want);
}
awaitable<step_result> do_step(const place& at, const reach_ssh_effect& want) {
    return reach(at.w, at.hetzner, want, at.c.spec.network != 0);
}
awaitable<step_result> do_step(const place& at, const run_recipe_effect& want) {
    return run(at.w, at.c, want);
}
awaitable<step_result> do_step(const place& at, const prepare_host_keys_effect& want) {
    return prepare(at.w, want);
}
awaitable<step_result> do_step(const place& at, const hand_over_effect& want) {
    return hand(at.w, want);
}

// A store that is away comes back, with the token in it.
step_failure without_project(const error& why) {
    const bool passes = why.kind == error_kind::storage;
    return failure_of(passes ? failure_code::not_sent : failure_code::no_credentials, why.message);
}

}  // namespace

awaitable<step_result> perform(world& w, step_context context, effect what) {
    const step which = step_of(what);
    const bool looks_around = properties_of(which).request != request_kind::none;
    place at{w, nullptr, context, nullptr};
    // The project lives as long as this frame does. What only talks to the VM needs no token.
    if (looks_around || which == step::reach_ssh) {
        auto project = co_await w.clouds.open(context.spec.provider);
        // Where the server's actions cannot be watched, SSH says all the same whether it is there.
        if (!project && looks_around) co_return without_project(project.error());
        if (project) at.hetzner = *std::move(project);
    }
    if (looks_around) {
        auto seen = co_await context.surveys->look(context.spec.provider, at.hetzner, kept_for_ever);
        if (!seen) co_return certainly(failure_of(seen.error()));
        if ((*seen)->is_older()) co_return older_log(**seen);
        at.seen = *seen;
    }
    auto work = std::visit([&](const auto& want) { return do_step(at, want); }, what);
    co_return co_await std::move(work);
}

}  // namespace slipway
