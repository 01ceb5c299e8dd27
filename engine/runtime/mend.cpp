// The engine's part about deletions that do not succeed: they are tried again without end, and told once.
#include "engine/machines/plan.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/vm_stream.hpp"

#include <boost/asio/use_awaitable.hpp>

namespace slipway {

using boost::asio::awaitable;

// What could not be deleted is tried again, without end and without a word until it is gone.
awaitable<void> engine::mend(stream_ptr s) {
    if (!s->mending) {
        s->mending = true;
        s->quiet_attempts = 0;
        s->quiet_until = world_.clock.steady() + mending_delay(0);
        co_return;
    }
    co_await attempt(s);
}

// What a deletion has met before, and waits for to be over, is not written down again.
bool engine::is_no_news(vm_stream& s, const std::vector<event>& events) {
    const auto* failed = events.size() == 1 ? std::get_if<step_failed>(&events.front()) : nullptr;
    const bool waits = failed && !failed->counted && failed->retry_at && properties_of(failed->step).request == request_kind::removing &&
                       s.state.data.intent;
    const auto news = failed ? std::optional(std::pair(failed->step, failed->code)) : std::nullopt;
    if (waits && news == s.last_news) {
        ++s.quiet_attempts;
        s.quiet_until = world_.clock.steady() + (*failed->retry_at - world_.clock.now());
        return true;
    }
    s.last_news = news;
    s.quiet_attempts = 0;
    return false;
}

}  // namespace slipway
