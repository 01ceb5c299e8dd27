#include "adapters/notify/notifier.hpp"

#include "adapters/notify/follower.hpp"
#include "adapters/notify/message_text.hpp"
#include "adapters/notify/overdue_messages.hpp"
#include "adapters/notify/sender.hpp"
#include "engine/async/task_group.hpp"
#include "engine/runtime/named_lease.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace slipway::notify {

namespace asio = boost::asio;

struct notifier::inside {
    inside(const asio::any_io_executor& on, parts given)
        : loop(on), with(std::move(given)), alone(with.shared, with.clock, "outbox"), work(on) {
        if (!with.say || !with.cost_per_day || !with.addresses) throw std::logic_error("a notifier needs all of its parts");
    }

    void add(std::unique_ptr<channel> to) {
        senders.push_back(std::make_unique<sender>(with.clock, with.box, std::move(to), with.say));
    }

    asio::any_io_executor loop;
    parts with;
    named_lease alone;  // at the outbox
    std::set<std::string, std::less<>> open;  // channels
    std::vector<std::unique_ptr<sender>> senders;
    std::unique_ptr<follower> reader;
    task_group work;
};

result<std::unique_ptr<notifier>> notifier::create(const asio::any_io_executor& loop, settings from, parts with) {
    auto made = std::make_shared<inside>(loop, std::move(with));
    for (const channel_kind* kind : channel_kinds()) {
        if (from.of(kind->settings.front()).empty()) continue;
        auto channel = kind->make(loop, from, made->with.addresses);
        if (channel.has_error()) return channel.error();
        made->add(*std::move(channel));
        made->open.emplace(kind->name);
    }
    made->reader = std::make_unique<follower>(made->with, made->open, [senders = &made->senders] {
        for (const auto& one : *senders) one->wake();
    });
    return std::unique_ptr<notifier>(new notifier(std::move(made)));
}

notifier::notifier(std::shared_ptr<inside> made) : inside_(std::move(made)) {}
notifier::~notifier() = default;

void notifier::start() {
    named_lease& alone = inside_->alone;
    inside_->work.spawn(alone.keep());
    inside_->work.spawn(alone.while_held([reader = inside_->reader.get()] { return reader->run(); }));
    for (const auto& one : inside_->senders)
        inside_->work.spawn(alone.while_held([sender = one.get()] { return sender->run(); }));
}

void notifier::appended(const std::vector<event_record>& records) {
    if (std::any_of(records.begin(), records.end(), is_told)) inside_->reader->wake();
}

void notifier::log_grew() { inside_->reader->wake(); }

asio::awaitable<result<void>> notifier::tell(service::overdue_news news) {
    const auto kept = inside_;
    const auto provider = co_await kept->with.providers.provider(news.provider);
    if (provider.has_error()) co_return provider.error();
    const message said = notify::tell(news);
    std::vector<outgoing> made;
    if (*provider) made = address(said, news.id, **provider, kept->open, kept->with.clock.now());
    if (made.empty()) {
        kept->with.say("Nobody was told, for want of an address and a channel for it: " + said.subject + " (provider " +
                       one_line(news.provider, 100) + ")");
        co_return result<void>{};
    }
    auto added = co_await kept->with.box.add(std::move(made), std::nullopt);
    if (added.has_error()) co_return added.error();
    for (const auto& one : kept->senders) one->wake();
    co_return result<void>{};
}

asio::awaitable<void> notifier::stop() {
    const auto kept = inside_;
    co_await kept->work.finish();
    co_await kept->alone.release();
}

}  // namespace slipway::notify
