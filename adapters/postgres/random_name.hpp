// A UUID of version 4 from the kernel's random numbers: for what only has to differ from every other. Throws where the
// kernel gives none. Any thread.
#pragma once

#include <string>

namespace slipway::postgres {

std::string random_name();

}  // namespace slipway::postgres
