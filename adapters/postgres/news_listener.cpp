#include "adapters/postgres/news_listener.hpp"

#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/pqxx_compat.hpp"

#include <boost/asio/this_coro.hpp>

#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <functional>
#include <sstream>
#include <utility>

namespace slipway::postgres {

const char* const news_channel = "slipway_log";

namespace {

constexpr long look_anyway_after_s = 1;
// What somebody left behind who died is found here, as soon as its leases have run out: nobody tells of that. It reads all
// that is worked on: looked for by the clock, not with every notification, of which a busy log sends many a second.
const char* const has_run_out_sql = "SELECT EXISTS (SELECT 1 FROM streams WHERE to_work_on AND lease_until <= clock_timestamp())";
constexpr std::chrono::seconds between_connections{1};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
class receiver final : public pqxx::notification_receiver {
public:
    receiver(pqxx::connection& on, std::function<void(const std::string&)> told)
        : pqxx::notification_receiver(on, news_channel), told_(std::move(told)) {}
    void operator()(const std::string& payload, int) override { told_(payload); }

private:
    std::function<void(const std::string&)> told_;
};
#pragma GCC diagnostic pop

bool any_has_run_out(pqxx::connection& on) {
    pqxx::nontransaction in(on);
    return truth_in(execute(in, has_run_out_sql, {}).front()[0]);
}

}  // namespace

news_listener::news_listener(server_address where, std::string self, std::shared_ptr<const furthest_event> known)
    : where_(std::move(where)), self_(std::move(self)), known_(std::move(known)), thread_([this] { run(); }) {}

news_listener::~news_listener() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
    }
    wake_.notify_all();
    thread_.join();
}

boost::asio::awaitable<log_news> news_listener::next() {
    one_shot<log_news> receiver(co_await boost::asio::this_coro::executor);
    {
        const std::lock_guard lock(mutex_);
        waiting_ = receiver.make_sender();
    }
    deliver();
    log_news got = co_await receiver.receive();
    co_return got;
}

void news_listener::deliver() {
    const std::lock_guard lock(mutex_);
    if (!any_ || !waiting_) return;
    any_ = false;
    auto to = std::exchange(waiting_, std::nullopt);
    to->deliver(std::exchange(pending_, {}));
}

void news_listener::heard(const std::string& payload) {
    std::istringstream words(payload);
    std::string what, who, stream;
    words >> what >> who;
    if (who == self_) return;
    {
        const std::lock_guard lock(mutex_);
        any_ = true;
        pending_.unheld = pending_.unheld || what == "r";
        // The last one may have been cut off; it is nobody's then.
        while (words >> stream) pending_.commanded.push_back({stream});
    }
    deliver();
}

bool news_listener::closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
}

void news_listener::run() {
    while (!closed()) {
        std::string trouble;
        try {
            trouble = listen();
        } catch (const std::exception& e) {
            const std::string said = e.what();
            trouble = where_.place() + " does not answer: " + said.substr(0, said.find('\n'));
        }
        std::unique_lock lock(mutex_);
        socket_ = -1;
        any_ = true;
        pending_.trouble = std::move(trouble);
        wake_.wait_for(lock, between_connections, [this] { return closed_; });
        lock.unlock();
        deliver();
    }
}

std::string news_listener::listen() {
    pqxx::connection on(where_.connect_text());
    never_reconnect(on);
    {
        pqxx::nontransaction first(on);
        if (const auto missing = known_->missing_in(first, where_.place())) return missing->message;
    }
    receiver hears(on, [this](const std::string& payload) { heard(payload); });
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return {};
        socket_ = on.sock();
        any_ = true;
        pending_.trouble.clear();
    }
    deliver();
    try {
        auto next_look = std::chrono::steady_clock::now();
        while (!closed()) {
            on.await_notification(look_anyway_after_s, 0);
            const auto now = std::chrono::steady_clock::now();
            bool has_run_out = false;
            if (now >= next_look) {
                has_run_out = any_has_run_out(on);
                next_look = now + std::chrono::seconds{look_anyway_after_s};
            }
            {
                const std::lock_guard lock(mutex_);
                any_ = true;
                pending_.unheld = pending_.unheld || has_run_out;
            }
            deliver();
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        socket_ = -1;  // before the connection closes it
        throw;
    }
    const std::lock_guard lock(mutex_);
    socket_ = -1;
    return {};
}

}  // namespace slipway::postgres
