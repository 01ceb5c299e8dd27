#include "adapters/simulated/schedule.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <type_traits>

namespace slipway::simulated {

schedule::key schedule::after(milliseconds delay, std::function<void()> what) {
    const key entry{now_ + std::max<std::int64_t>(0, delay.count()), ++made_};
    entries_.emplace(entry, std::move(what));
    return entry;
}

void schedule::run_next() {
    const auto first = entries_.begin();
    running_ = first->first;
    now_ = running_.first;
    const auto what = std::move(first->second);
    entries_.erase(first);
    what();
}

namespace {

template <class Handler>
struct waiting_handler final : process::waiting {
    waiting_handler(Handler h, boost::asio::any_io_executor e) : handler(std::move(h)), executor(std::move(e)) {}

    void finish(boost::system::error_code why) override {
        boost::asio::get_associated_cancellation_slot(handler).clear();
        auto on = boost::asio::get_associated_executor(handler, executor);
        boost::asio::post(on, [h = std::move(handler), why]() mutable { std::move(h)(why); });
    }

    Handler handler;
    boost::asio::any_io_executor executor;
};

}  // namespace

process::~process() {
    for (const auto& [entry, w] : waiting_) time_.cancel(entry);
}

schedule::key process::add(milliseconds delay, std::unique_ptr<waiting> w) {
    const schedule::key entry = time_.after(delay, [this] { come(time_.running()); });
    waiting_.emplace(entry, std::move(w));
    return entry;
}

void process::come(const schedule::key& entry) {
    if (!paused()) return wake(entry, {});
    time_.after(milliseconds{paused_until_ - time_.now()}, [this, self = weak_from_this(), entry] {
        if (const auto here = self.lock()) come(entry);
    });
}

void process::wake(const schedule::key& entry, boost::system::error_code why) {
    const auto it = waiting_.find(entry);
    if (it == waiting_.end()) return;
    const auto w = std::move(it->second);
    waiting_.erase(it);
    time_.cancel(entry);
    woken_ = true;
    w->finish(why);
}

void process::kill() {
    alive_ = false;
    woken_ = true;
    while (!waiting_.empty()) {
        const schedule::key first = waiting_.begin()->first;
        wake(first, boost::asio::error::operation_aborted);
    }
}

void process::must_live() const {
    if (!alive_) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

// No coroutine of its own: most sleeps are cut short, and each coroutine on the way throws the exception once more.
boost::asio::awaitable<void> process::sleep(milliseconds d) {
    auto start = [this, d](auto handler) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        auto w = std::make_unique<waiting_handler<decltype(handler)>>(std::move(handler), executor_);
        if (!alive_) return w->finish(boost::asio::error::operation_aborted);
        const schedule::key entry = add(d, std::move(w));
        if (slot.is_connected())
            slot.assign(
                [this, entry](boost::asio::cancellation_type) { wake(entry, boost::asio::error::operation_aborted); });
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(boost::system::error_code)>(
        std::move(start), boost::asio::use_awaitable);
}

class process::scheduled_limit final : public time_limit {
public:
    scheduled_limit(process& of, milliseconds d, std::function<void()> reached, boost::asio::any_io_executor on)
        : of_(of.weak_from_this()) {
        auto w = std::make_unique<waiting_limit>();
        w->on = std::move(on);
        w->set = is_set_;
        w->reached = std::move(reached);
        entry_ = of.add(d, std::move(w));
    }
    ~scheduled_limit() override {
        const auto of = of_.lock();
        if (of && of->waiting_.erase(entry_) > 0) of->time_.cancel(entry_);
    }

private:
    struct waiting_limit final : waiting {
        boost::asio::any_io_executor on;
        std::weak_ptr<bool> set;
        std::function<void()> reached;

        void finish(boost::system::error_code why) override {
            if (why) return;
            boost::asio::post(on, [set = std::move(set), reached = std::move(reached)] {
                if (!set.expired()) reached();
            });
        }
    };

    std::weak_ptr<process> of_;
    std::shared_ptr<bool> is_set_ = std::make_shared<bool>(true);  // gone with the limit
    schedule::key entry_;
};

std::unique_ptr<time_limit> process::set_limit(const boost::asio::any_io_executor& on, milliseconds d,
                                               std::function<void()> reached) {
    must_live();
    return std::make_unique<scheduled_limit>(*this, d, std::move(reached), on);
}

}  // namespace slipway::simulated
