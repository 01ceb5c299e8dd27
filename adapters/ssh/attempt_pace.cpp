#include "adapters/ssh/attempt_pace.hpp"

#include <algorithm>

namespace slipway::ssh {

using namespace std::chrono_literals;

attempt_pace::duration attempt_pace::after(shell_failure failed, bool sshd_saw_it, duration age, std::size_t waiting) {
    if (failed == shell_failure::denied) return std::min<duration>(1s * ++denials_, 4s);
    denials_ = 0;
    if (!sshd_saw_it) {
        // Whoever has waited for long can wait a twentieth longer; and all together make a thousand attempts a second.
        const auto by_age = std::clamp<duration>(age / 20, 100ms, 2s);
        return std::max<duration>(by_age, waiting * 1ms);
    }
    // Spread further: newer versions of sshd count connections that never log in, and lock out an address that makes too
    // many of them (PerSourcePenalties).
    const duration now = next_;
    next_ = std::min<duration>(next_ * 2, 1s);
    return now;
}

}  // namespace slipway::ssh
