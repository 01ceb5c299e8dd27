// The engine's part about the end that comes by the clock.
#include "engine/machines/plan.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/vm_stream.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace slipway {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A contract's time is over. One that is still on its way ends between two steps.
awaitable<void> engine::expire(stream_ptr s) {
    const bool agreed = co_await is_over_by_both_clocks(s);
    const auto deciding = co_await s->appending.lock();
    if (stopping_ || !is_over(s->state, world_.clock.now())) co_return;
    if (!agreed && !s->clocks.empty() && !std::exchange(s->told_of_clocks, true)) {
        command_refused why;
        why.command = "end_vm";
        why.why = s->clocks;
        why.rule = clocks_rule;
        std::vector<event> told(1, event(std::move(why)));
        author by;
        by.actor = "engine";
        (void)co_await append(s, std::move(told), std::move(by), false);
    }
    if (!agreed) co_return;
    auto decided = decide(s->state, end_vm{"expired"});
    if (!decided) throw std::logic_error(decided.error().why);
    s->in_hand.reset();  // the next step's intent may be written, but it was not begun
    (void)co_await append_step(s, *std::move(decided));
}

// No wait is longer than an hour: the wall clock may have been set meanwhile.
void engine::replan(vm_stream& s) {
    s.planned.reset();
    note_plan(s);
}

// A clock that was set wrong must not end what others have paid for: Hetzner's says so, too. False: not now; when to ask
// again is noted.
awaitable<bool> engine::is_over_by_both_clocks(stream_ptr s) {
    constexpr seconds look_again{60}, tolerance{300};
    const std::string provider = s->state.data.spec.provider;
    const auto here = [this] { return world_.clock.now(); };
    s->expires_not_before = world_.clock.steady() + look_again;
    const auto seen = co_await survey(provider);
    if (!seen || (*seen)->is_older()) co_return false;
    auto project = co_await world_.clouds.open(provider);
    if (!project) co_return false;
    auto there = (*project)->time();
    // What was reckoned on from an earlier answer is asked once more before the clocks are said to differ.
    if (!there || *there < *s->state.data.expires_at) {
        (void)co_await survey(provider, look_again);
        there = (*project)->time();
    }
    if (!there) co_return false;
    const milliseconds ahead = here() - *there;
    const bool differ = ahead > tolerance || ahead < -tolerance;
    s->clocks.clear();
    if (differ)
        s->clocks = "this machine's clock says " + to_rfc3339(here()) + ", and Hetzner's " + to_rfc3339(*there) +
                  ": contracts that are over by one clock alone are not ended";
    if (differ && !clocks_differ_) observer_.clock_trouble(s->clocks);
    clocks_differ_ = differ;
    co_return *there >= *s->state.data.expires_at;
}

}  // namespace slipway
