// What people can do about a VM or contract that is not where it wants to be, in a sentence. Pure.
#pragma once

#include "engine/service/explain.hpp"

#include <string>

namespace slipway::service {

// Empty where nothing has to be done: it is where it should be, or on its way without trouble. A step that takes long is
// trouble from the half of its time on.
std::string what_to_do(const story& of, timestamp now);

std::string remedy_for_token();
std::string remedy_for_older_log();

}  // namespace slipway::service
