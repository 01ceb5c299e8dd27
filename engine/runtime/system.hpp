// The real clock and the real randomness, for programs that run in real time.
#pragma once

#include "engine/ports/clock.hpp"
#include "engine/ports/random.hpp"

#include <cstddef>
#include <string>

namespace slipway {

class system_clock final : public engine_clock {
public:
    timestamp now() const override;
    std::chrono::milliseconds steady() const override;
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds d) override;
};

// The kernel's (getrandom).
class system_random final : public random_source {
public:
    random_bytes bytes() override;
    double fraction() override;
};

// Of version 4, from the kernel: for what is named once and by nobody's clock.
std::string random_uuid();

// Twice as many hex digits, from the kernel: for what nobody may guess. At most 256 bytes.
std::string random_hex(std::size_t bytes);

}  // namespace slipway
