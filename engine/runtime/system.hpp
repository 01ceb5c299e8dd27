// The real clock and the real randomness, for programs that run in real time.
#pragma once

#include "engine/ports/clock.hpp"
#include "engine/ports/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace slipway {

class system_clock final : public engine_clock {
public:
    timestamp now() const override;
    std::chrono::milliseconds steady() const override;
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds d) override;
    std::unique_ptr<time_limit> set_limit(const boost::asio::any_io_executor& on, std::chrono::milliseconds d,
                                          std::function<void()> reached) override;
};

// The kernel's (getrandom), drawn for several calls at once: for ids and delays, which are no secrets. One thread's.
class system_random final : public random_source {
public:
    random_bytes bytes() override;
    double fraction() override;

private:
    std::array<std::uint8_t, 250> drawn_{};
    std::size_t used_ = drawn_.size();
};

// Of version 4, from the kernel: for what is named once and by nobody's clock.
std::string random_uuid();

// Twice as many hex digits, from the kernel: for what nobody may guess. At most 256 bytes.
std::string random_hex(std::size_t bytes);

}  // namespace slipway
