// One piece of work on a thread of its own, while the one that began it goes on: the next batch is read while the store takes
// this one. It has come to its end when this object goes. What it throws is thrown where it is waited for.
#pragma once

#include <future>
#include <thread>
#include <utility>

namespace slipway::inspection {

template <class T>
class beside {
public:
    explicit beside(std::packaged_task<T()> work) : found_(work.get_future()), thread_(std::move(work)) {}
    ~beside() { thread_.join(); }
    beside(const beside&) = delete;
    beside& operator=(const beside&) = delete;

    T wait() { return found_.get(); }  // once

private:
    std::future<T> found_;
    std::thread thread_;
};

}  // namespace slipway::inspection
