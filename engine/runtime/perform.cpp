#include "engine/runtime/perform.hpp"

#include "engine/runtime/perform_place.hpp"

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

// A store that does not answer is no missing token: nothing was sent, and in a moment it may be there again.
step_failure not_opened(const error& why) {
    const bool is_away = why.kind == error_kind::storage;
    return failure_of(is_away ? failure_code::not_sent : failure_code::no_credentials, why.message);
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
        if (!project && looks_around) co_return not_opened(project.error());
        if (project) at.hetzner = *std::move(project);
    }
    if (looks_around) {
        auto seen = co_await context.surveys->look(context.spec.provider, at.hetzner, kept_for_ever);
        if (!seen) co_return certainly(failure_of(seen.error()));
        if ((*seen)->is_older()) co_return older_log(**seen);
        at.seen = *seen;
    }
    auto work = std::visit([&](const auto& want) { return carry_out(at, want); }, what);
    co_return co_await std::move(work);
}

}  // namespace slipway
