// Seeded chance for the simulated world: splitmix64 (Steele, Lea, Flood 2014). The same seed throws the same dice on
// every platform, which the standard library's distributions do not promise.
#pragma once

#include <cstdint>

namespace slipway::simulated {

class dice {
public:
    explicit dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // [0, 1)
    bool chance(double p) { return fraction() < p; }
    std::int64_t between(std::int64_t low, std::int64_t high) {  // both included
        return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
    }

private:
    std::uint64_t state_;
};

}  // namespace slipway::simulated
