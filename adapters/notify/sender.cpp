#include "adapters/notify/sender.hpp"

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>

namespace slipway::notify {

using boost::asio::awaitable;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr milliseconds outbox_sweep = seconds{60};  // for messages of which nobody has said anything
constexpr milliseconds longest_pause = hours{6};
constexpr int fewest_attempts = 5;  // a message that waited for three days while nothing ran has its chance too

}  // namespace

milliseconds pause_after(int failed) {
    constexpr std::array<milliseconds, 4> first{seconds{30}, minutes{2}, minutes{10}, hours{1}};
    const auto index = static_cast<std::size_t>(std::max(failed - 1, 0));
    return index < first.size() ? first[index] : longest_pause;
}

sender::sender(engine_clock& clock, outbox& box, std::unique_ptr<channel> to, say_function say)
    : clock_(clock), box_(box), channel_(std::move(to)), say_(std::move(say)) {}

void sender::wake() {
    more_ = true;
    news_.notify_all();
}

awaitable<void> sender::woken() {
    while (!more_) co_await news_.wait();
}

awaitable<void> sender::run() {
    using namespace boost::asio::experimental::awaitable_operators;
    for (;;) {
        more_ = false;
        const milliseconds pause = co_await send_due();
        auto time = clock_.sleep(std::clamp(pause, milliseconds{1}, outbox_sweep));
        auto news = woken();
        co_await (std::move(time) || std::move(news));
    }
}

// A due time further away than any pause is long was written before the wall clock was set back.
bool sender::is_due(const outgoing& message) const {
    const timestamp now = clock_.now();
    return message.due_at <= now || message.due_at > now + 2 * longest_pause;
}

// How long there is nothing to do.
awaitable<milliseconds> sender::send_due() {
    auto mine = co_await own_messages();
    if (mine.has_error()) {
        storage_trouble(mine.error());
        co_return outbox_sweep;
    }
    milliseconds pause = outbox_sweep;
    bool any = false;
    for (outgoing& message : *mine) {
        if (quiet_until_ > clock_.steady()) co_return quiet_until_ - clock_.steady();
        if (is_due(message)) {
            any = true;
            if (!co_await handle(std::move(message))) co_return outbox_sweep;
        } else {
            pause = std::min(pause, message.due_at - clock_.now());
        }
    }
    // There may be more than one page, and time has passed.
    co_return any ? milliseconds{0} : pause;
}

// At least one of this channel's that is due, where there is one: the port knows no channels, and another one's may be
// many.
awaitable<result<std::vector<outgoing>>> sender::own_messages() {
    for (std::size_t limit = 64;; limit *= 4) {
        auto page = co_await box_.pending(limit);
        if (page.has_error()) co_return page.error();
        const bool all = page->size() < limit || page->back().due_at > clock_.now();
        std::erase_if(*page, [&](const outgoing& m) { return m.channel != channel_->name(); });
        if (all || !page->empty()) co_return std::move(*page);
    }
}

// False where the outbox cannot be written.
awaitable<bool> sender::handle(outgoing message) {
    if (const auto known = unstored_.find(message.event_id); known != unstored_.end()) {
        verdict before = known->second;
        if (!before.note.empty() || !is_due(before.message)) co_return co_await store(std::move(before));
        message = before.message;
    }
    const delivery told = co_await channel_->deliver(message);
    verdict now = judge(std::move(message), told);
    co_return co_await store(std::move(now));
}

sender::verdict sender::judge(outgoing message, const delivery& told) {
    const std::string what = fmt::format("the message by {} about event {}", channel_->name(), message.event_id);
    if (told.outcome == delivery_outcome::taken) return {std::move(message), "sent: " + told.note};
    if (told.outcome == delivery_outcome::refused) {
        say_(fmt::format("Notification given up: {} was refused for good: {}", what, told.note));
        return {std::move(message), "refused: " + told.note};
    }
    milliseconds pause{0};
    if (told.wait) {
        pause = std::clamp<milliseconds>(*told.wait, seconds{1}, longest_pause);
        quiet_until_ = clock_.steady() + pause;
    } else {
        ++message.attempts;
        pause = pause_after(message.attempts);
    }
    message.due_at = clock_.now() + pause;
    if (message.attempts >= fewest_attempts && message.due_at > message.created_at + longest_wait) {
        say_(fmt::format("Notification given up: {} did not go out in {} attempts: {}", what, message.attempts,
                         told.note));
        const std::string note = fmt::format("given up after {} attempts: {}", message.attempts, told.note);
        return {std::move(message), note};
    }
    say_(fmt::format("{} did not go out and is tried again in {} s: {}", what, pause.count() / 1000, told.note));
    return {std::move(message), {}};
}

awaitable<bool> sender::store(verdict what) {
    const std::string id = what.message.event_id;
    unstored_.insert_or_assign(id, what);
    result<void> stored{};
    if (what.note.empty())
        stored = co_await box_.postpone(what.message);
    else
        stored = co_await box_.done(what.message, what.note);
    if (stored.has_error()) {
        storage_trouble(stored.error());
        co_return false;
    }
    unstored_.erase(id);
    storage_troubled_ = false;
    co_return true;
}

void sender::storage_trouble(const error& why) {
    if (!storage_troubled_)
        say_(fmt::format(
            "The outbox of the notifications does not work at the moment: {} Nothing is lost; it is tried again.",
            why.message));
    storage_troubled_ = true;
}

}  // namespace slipway::notify
