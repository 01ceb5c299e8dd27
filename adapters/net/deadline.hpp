// The time that an operation may take in all, across its steps: one timer, and one thing at a time to break off when it
// runs out (close a socket, wake a waiter). One loop, one thread. Real time: this guards real sockets.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace slipway::net {

class deadline {
public:
    deadline(const boost::asio::any_io_executor& loop, std::chrono::milliseconds allowed);
    ~deadline();
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    bool expired() const;
    std::chrono::milliseconds left() const;

    // While this lives, the end of the time calls `break_off`, once; at once where it has passed already.
    class [[nodiscard]] watch {
    public:
        watch(deadline& owner, std::function<void()> break_off);
        ~watch();
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;

    private:
        deadline& owner_;
        std::function<void()> outer_;
    };

private:
    struct state;
    std::shared_ptr<state> state_;
};

// "30 s", "150 ms": for people.
std::string time_text(std::chrono::milliseconds time);

}  // namespace slipway::net
