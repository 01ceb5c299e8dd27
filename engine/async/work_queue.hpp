// A thread and what waits for it. The thread takes everything that has queued while it was busy, in order, and gives it
// to `work` in one piece. Destroying it lets the thread finish the queue first.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace slipway {

template <class Item>
class work_queue {
public:
    explicit work_queue(std::function<void(std::vector<Item>)> work)
        : work_(std::move(work)), thread_([this] { run(); }) {}

    ~work_queue() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    work_queue(const work_queue&) = delete;
    work_queue& operator=(const work_queue&) = delete;

    // Any thread.
    void push(Item item) {
        bool idle = false;
        {
            const std::lock_guard lock(mutex_);
            idle = waiting_.empty();
            waiting_.push_back(std::move(item));
        }
        if (idle) wake_.notify_one();
    }

private:
    void run() {
        for (;;) {
            std::vector<Item> taken;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
                if (waiting_.empty()) return;
                taken.swap(waiting_);
            }
            work_(std::move(taken));
        }
    }

    std::function<void(std::vector<Item>)> work_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Item> waiting_;
    bool closed_ = false;
    std::thread thread_;  // last: it runs as soon as it exists
};

}  // namespace slipway
