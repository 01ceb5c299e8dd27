// How long something took, in few characters. Pure.
#pragma once

#include <chrono>
#include <string>

namespace slipway {

// "+0.380s", "+72.0s", "+12m05s", "+3h20m", "+5d02h"
std::string duration_text(std::chrono::milliseconds d);

}  // namespace slipway
