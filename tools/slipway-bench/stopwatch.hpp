// Time since it was made. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace slipway::bench {

class stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }
    double microseconds() const { return seconds() * 1e6; }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Many things of one kind, one after the other or many at once.
struct timed_run {
    double seconds = 0;           // all of it
    std::vector<double> each_us;  // each of them
};

// Of things that are too short to be timed one by one: the time of each is its block's, shared out.
class block_times {
public:
    static constexpr std::size_t block = 1000;

    void one_more() {
        if (++count_ == block) end_block();
    }
    std::vector<double> each_us() && {
        if (count_ > 0) end_block();
        return std::move(each_us_);
    }

private:
    void end_block() {
        each_us_.push_back(since_.microseconds() / static_cast<double>(count_));
        since_ = stopwatch();
        count_ = 0;
    }

    stopwatch since_;
    std::size_t count_ = 0;
    std::vector<double> each_us_;
};

}  // namespace slipway::bench
