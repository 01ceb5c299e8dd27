#include "adapters/postgres/growth_news.hpp"

#include "adapters/postgres/news_listener.hpp"
#include "adapters/postgres/pqxx_compat.hpp"

#include <utility>

namespace slipway::postgres {

namespace {

// Nothing is stored by it that a power cut could take away: its commit need not wait for the disk.
const char* const tell_sql = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, 'w ' || $2)";

}  // namespace

growth_news::growth_news(connection_threads& through, std::string self)
    : through_(through), self_(std::move(self)), thread_([this] { run(); }) {}

growth_news::~growth_news() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void growth_news::grown() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(grown_, true)) return;
    }
    wake_.notify_one();
}

void growth_news::run() {
    const parameters values{news_channel, self_};
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return grown_ || closed_; });
        if (closed_) return;
        grown_ = false;
        through_.run_soon([values](session& on) {
            // Where the server is away nobody hears it anyway.
            (void)on.directly([&](transaction_base& in) -> result<void> {
                execute(in, tell_sql, values);
                return {};
            });
        });
        wake_.wait_for(lock, at_most_every, [this] { return closed_; });
    }
}

}  // namespace slipway::postgres
