// What an engine makes of news of a log that it shares.
#include "engine/runtime/lease_keeper.hpp"

#include "tests/support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

using namespace slipway;
using boost::asio::awaitable;

namespace {

class still_clock final : public engine_clock {
public:
    timestamp now() const override { return {}; }
    std::chrono::milliseconds steady() const override { return {}; }
    awaitable<void> sleep(std::chrono::milliseconds) override { co_return; }
    std::unique_ptr<time_limit> set_limit(const boost::asio::any_io_executor&, std::chrono::milliseconds,
                                          std::function<void()>) override {
        return nullptr;
    }
};

class scripted_news final : public news_source {
public:
    void say(log_news news) {
        said_.push_back(std::move(news));
        more_.notify_all();
    }
    awaitable<log_news> next() override {
        while (said_.empty()) co_await more_.wait();
        log_news news = std::move(said_.front());
        said_.pop_front();
        co_return news;
    }

private:
    std::deque<log_news> said_;
    wakeup more_;
};

class scripted_leases final : public leases {
public:
    bool can_be_written = true;
    int looks = 0;

    std::chrono::milliseconds duration() const override { return std::chrono::seconds{30}; }
    awaitable<result<std::optional<lease>>> claim(std::string name) override { co_return lease{std::move(name), 1}; }
    awaitable<result<std::vector<lease>>> claim_unheld(std::size_t, left_alone) override {
        ++looks;
        co_return std::vector<lease>(looks == 1 ? 1u : 0u, lease{"left behind", 2});
    }
    awaitable<result<std::vector<renewed_lease>>> renew(std::vector<lease>) override {
        if (!can_be_written) co_return make_error(error_kind::storage, "the disk is full");
        co_return std::vector<renewed_lease>{};
    }
    awaitable<result<void>> release(std::vector<lease>) override { co_return result<void>{}; }
};

struct listening final : lease_listener {
    still_clock clock;
    scripted_leases store;
    scripted_news news;
    boost::asio::io_context loop;
    lease_keeper keeper{&store, &news, clock, {}, *this};
    std::vector<std::string> found, troubles;  // "": the store answers

    listening() { boost::asio::co_spawn(loop, keeper.listen(), boost::asio::detached); }
    ~listening() override {
        keeper.stop();
        loop.restart();
        loop.poll();
    }
    void hears(log_news what) {
        news.say(std::move(what));
        loop.restart();
        loop.poll();
    }

    void lease_found(const std::string& name) override { found.push_back(name); }
    void lease_lost(const std::string&) override {}
    void lease_written(const std::string&, std::uint64_t) override {}
    void log_grew() override {}
    void store_answers(const std::string& trouble) override { troubles.push_back(trouble); }
};

log_news nothing_heard(std::string why) {
    log_news news;
    news.trouble = std::move(why);
    return news;
}

}  // namespace

TEST_CASE("a store that can be heard again is asked whether it can be written, too, before it counts as there") {
    listening l;
    l.hears(log_news{});
    CHECK(l.troubles.empty());
    l.hears(nothing_heard("it is away"));
    l.store.can_be_written = false;
    l.hears(log_news{});
    l.hears(log_news{});
    CHECK(l.troubles == std::vector<std::string>{"it is away", "the disk is full"});
    l.store.can_be_written = true;
    l.hears(nothing_heard("it is away again"));
    l.hears(log_news{});
    CHECK(l.troubles == std::vector<std::string>{"it is away", "the disk is full", "it is away again", ""});
}

TEST_CASE("what somebody left behind is taken as soon as it is heard of, and looked for no sooner") {
    listening l;
    l.hears(log_news{});
    CHECK(l.store.looks == 0);
    log_news left;
    left.unheld = true;
    l.hears(left);
    CHECK(l.store.looks == 1);
    CHECK(l.found == std::vector<std::string>{"left behind"});
}
