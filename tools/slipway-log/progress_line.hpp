// How far long work has come, on one line of a terminal that the next one replaces. For people alone: without a terminal
// at stderr nothing is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace slipway::inspection {

class progress_line {
public:
    explicit progress_line(bool shown) : shown_(shown) {}
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    bool shown() const { return shown_; }
    // "records: 20,000 of 1,000,000". Cheap enough to be called for each of them.
    void at(std::string_view what, std::uint64_t done, std::uint64_t of);
    // Before anything else is written to the terminal.
    void clear();

private:
    bool shown_;
    bool there_ = false;
    std::uint64_t calls_ = 0;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace slipway::inspection
