// Chance that a test sets: the pauses of what is tested have no jitter where it is one half.
#pragma once

#include "engine/ports/random.hpp"

namespace slipway::test {

class set_chance final : public random_source {
public:
    random_bytes bytes() override { return {}; }
    double fraction() override { return value; }

    double value = 0.5;
};

}  // namespace slipway::test
