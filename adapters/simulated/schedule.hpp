// Virtual time for the simulated world: a queue of things that will happen, and the coroutines that wait for a time. No
// real time passes; time moves only when everything that can run has run and the next entry is taken.
//
// A `process` is one run of the program. What its coroutines wait for dies with it, as it does when the kernel kills a
// process: kill() wakes every wait with operation_aborted, and every later call through the process's ports throws the
// same before it can touch the world. A process that is paused, as by SIGSTOP, hears of nothing until it goes on; then
// of everything in the order in which it came. What the world has been asked to do before happens all the same.
//
// One thread. Entries of the same moment run in the order in which they were made.
#pragma once

#include "engine/ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace slipway::simulated {

using std::chrono::milliseconds;

class schedule {
public:
    using key = std::pair<std::int64_t, std::uint64_t>;  // when (ms since the start of the world), and which

    std::int64_t now() const { return now_; }
    key after(milliseconds delay, std::function<void()> what);
    void cancel(const key& entry) { entries_.erase(entry); }
    bool empty() const { return entries_.empty(); }
    std::int64_t next() const { return entries_.begin()->first.first; }
    void run_next();                                 // moves time to the first entry and runs it
    const key& running() const { return running_; }  // the entry that is run now, or was last

private:
    std::int64_t now_ = 0;
    std::uint64_t made_ = 0;
    key running_;
    std::map<key, std::function<void()>> entries_;
};

class process : public std::enable_shared_from_this<process> {
public:
    process(boost::asio::any_io_executor executor, schedule& time) : executor_(std::move(executor)), time_(time) {}
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    bool alive() const { return alive_; }
    void kill();
    void pause(milliseconds d) { paused_until_ = std::max(paused_until_, time_.now() + d.count()); }
    bool paused() const { return time_.now() < paused_until_; }
    bool was_woken() { return std::exchange(woken_, false); }  // since this was asked last
    void must_live() const;                                    // throws operation_aborted after kill()

    // Throws operation_aborted when the coroutine is cancelled or the process is killed.
    boost::asio::awaitable<void> sleep(milliseconds d);

    // As engine_clock's; a killed process hears of none.
    std::unique_ptr<time_limit> set_limit(const boost::asio::any_io_executor& on, milliseconds d,
                                          std::function<void()> reached);

    struct waiting {
        virtual ~waiting() = default;
        virtual void finish(boost::system::error_code why) = 0;
    };

private:
    class scheduled_limit;

    schedule::key add(milliseconds delay, std::unique_ptr<waiting> w);
    void wake(const schedule::key& entry, boost::system::error_code why);
    void come(const schedule::key& entry);

    boost::asio::any_io_executor executor_;
    schedule& time_;
    bool alive_ = true;
    bool woken_ = false;
    std::int64_t paused_until_ = 0;
    std::map<schedule::key, std::unique_ptr<waiting>> waiting_;
};

}  // namespace slipway::simulated
