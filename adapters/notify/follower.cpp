#include "adapters/notify/follower.hpp"

#include "adapters/notify/message_text.hpp"
#include "engine/model/codec.hpp"

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

namespace slipway::notify {

using boost::asio::awaitable;

namespace {

constexpr std::chrono::seconds log_sweep{60};  // for events of which nobody has said anything
constexpr std::size_t batch = 500;

// A stream's first event may be the one that is told.
std::string provider_of(const event_record& record, const vm_state& before) {
    if (record.kind != audit_kind) return before.data.spec.provider;
    const auto e = decode(record.type, record.schema_version, record.data);
    return e ? std::get<audited>(*e).provider : std::string();
}

}  // namespace

follower::follower(const parts& with, std::set<std::string, std::less<>> open, std::function<void()> added)
    : with_(with), open_(std::move(open)), added_(std::move(added)) {}

void follower::wake() {
    more_ = true;
    news_.notify_all();
}

awaitable<void> follower::woken() {
    while (!more_) co_await news_.wait();
}

awaitable<void> follower::run() {
    using namespace boost::asio::experimental::awaitable_operators;
    read_.reset();  // another process may have read on meanwhile
    for (;;) {
        more_ = false;
        const auto done = co_await follow();
        if (done.has_error() && !troubled_)
            with_.say(fmt::format("Notifications cannot be made at the moment: {} Nothing is lost; it is tried again.",
                                  done.error().message));
        troubled_ = done.has_error();
        auto time = with_.clock.sleep(log_sweep);
        auto news = woken();
        co_await (std::move(time) || std::move(news));
    }
}

// Until the end of the log.
awaitable<result<void>> follower::follow() {
    if (!read_) {
        const auto before = co_await with_.box.read_up_to();
        if (before.has_error()) co_return before.error();
        read_ = noted_ = *before;
    }
    for (;;) {
        const auto records = co_await with_.log.read_all(*read_, batch);
        if (records.has_error()) co_return records.error();
        std::vector<outgoing> messages;
        for (const event_record& record : *records) {
            if (!is_told(record)) continue;
            const auto told = co_await tell_about(record, messages);
            if (told.has_error()) co_return told.error();
        }
        const std::uint64_t now_read = records->empty() ? *read_ : records->back().seq;
        // Where nothing is told, the place alone is not worth a write until the end is reached.
        const bool at_end = records->size() < batch;
        if (!messages.empty() || (at_end && now_read != noted_)) {
            const bool any = !messages.empty();
            const auto added = co_await with_.box.add(std::move(messages), now_read);
            if (added.has_error()) co_return added.error();
            noted_ = now_read;
            if (any) added_();
        }
        read_ = now_read;
        if (at_end) co_return result<void>{};
    }
}

// An error where the store does not work; anything else that is wrong with one event must not hold up the others.
awaitable<result<void>> follower::tell_about(event_record record, std::vector<outgoing>& messages) {
    const timestamp now = with_.clock.now();
    if (record.at + oldest_news < now) co_return result<void>{};
    auto stream = co_await with_.log.read_stream(record.stream, 0);
    if (stream.has_error() && stream.error().kind == error_kind::corrupt) {
        with_.say(fmt::format("Nobody was told about event {}: {}", record.event_id, stream.error().message));
        co_return result<void>{};
    }
    if (stream.has_error()) co_return stream.error();
    std::erase_if(*stream, [&](const event_record& r) { return r.version >= record.version; });
    const auto before = replay(*stream);
    if (before.has_error()) {
        with_.say(fmt::format("Nobody was told about event {}: {}", record.event_id, before.error().message));
        co_return result<void>{};
    }
    std::string cost;
    if (const server_reference* server = left_running(record, *before))
        cost = co_await with_.cost_per_day(before->data.spec.provider, server->server_type, server->location);
    const auto message = tell(record, *before, cost);
    if (!message) co_return result<void>{};
    const std::string whose = provider_of(record, *before);
    const auto provider = co_await with_.providers.provider(whose);
    if (provider.has_error()) co_return provider.error();
    std::vector<outgoing> made;
    if (*provider) made = address(*message, record.event_id, **provider, open_, now);
    if (made.empty())
        with_.say(
            fmt::format("Nobody was told, for want of an address and a channel for it: {} (provider {}, stream {})",
                        message->subject, one_line(whose, 100), record.stream.text));
    messages.insert(messages.end(), made.begin(), made.end());
    co_return result<void>{};
}

}  // namespace slipway::notify
