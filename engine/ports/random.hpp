// Randomness for ids and for the jitter of retries. The real source asks the kernel; the simulator's is seeded.
// Called on the loop's thread.
#pragma once

#include "engine/model/ids.hpp"

namespace slipway {

class random_source {
public:
    virtual ~random_source() = default;

    virtual random_bytes bytes() = 0;

    // Uniform in [0, 1).
    virtual double fraction() = 0;
};

}  // namespace slipway
