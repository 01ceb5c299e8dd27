// A channel without a network: a function says what becomes of each message, and what was delivered is kept, with the
// time.
#pragma once

#include "adapters/notify/channel.hpp"
#include "tests/adapters/hetzner/fake_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::test {

struct delivered {
    outgoing message;
    std::chrono::milliseconds at;
};

// What was delivered outlives the channel, which belongs to its sender.
struct deliveries {
    std::vector<delivered> all;
    std::function<notify::delivery(const outgoing&)> answer;
    std::chrono::milliseconds latency{0};

    std::vector<std::chrono::milliseconds> times(std::chrono::milliseconds since) const {
        std::vector<std::chrono::milliseconds> out;
        for (const auto& d : all) out.push_back(d.at - since);
        return out;
    }
};

inline notify::delivery taken() {
    return {notify::delivery_outcome::taken, "250 ok", {}};
}
inline notify::delivery refused() {
    return {notify::delivery_outcome::refused, "550 no such user", {}};
}
inline notify::delivery not_now() {
    return {notify::delivery_outcome::not_now, "451 later", {}};
}

class scripted_channel final : public notify::channel {
public:
    scripted_channel(fake_clock& clock, std::string name, deliveries& record)
        : clock_(clock), name_(std::move(name)), record_(record) {}

    std::string_view name() const override { return name_; }
    boost::asio::awaitable<notify::delivery> deliver(outgoing message) override {
        record_.all.push_back(delivered{message, clock_.steady()});
        if (record_.latency.count() > 0) co_await clock_.sleep(record_.latency);
        co_return record_.answer ? record_.answer(message) : taken();
    }

private:
    fake_clock& clock_;
    std::string name_;
    deliveries& record_;
};

// A coroutine that runs for ever, until it is stopped.
class service_run {
public:
    service_run(fake_clock& clock, boost::asio::awaitable<void> work) : clock_(clock) {
        auto ended = [this](std::exception_ptr) { ended_ = true; };
        boost::asio::co_spawn(clock.loop, std::move(work), boost::asio::bind_cancellation_slot(cancel_.slot(), ended));
        clock.settle();
    }
    ~service_run() { stop(); }
    service_run(const service_run&) = delete;
    service_run& operator=(const service_run&) = delete;

    void stop() {
        cancel_.emit(boost::asio::cancellation_type::terminal);
        clock_.settle();
    }
    bool ended() const { return ended_; }

private:
    fake_clock& clock_;
    boost::asio::cancellation_signal cancel_;
    bool ended_ = false;
};

}  // namespace slipway::test
