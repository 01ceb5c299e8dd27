// What a VM lacks that is its owner's all the same, in words: what it is, and what can be done about it. Pure.
#pragma once

#include "engine/model/event.hpp"

#include <string_view>

namespace slipway::service {

std::string_view in_words(shortcoming_kind what);
std::string_view advice(shortcoming_kind what);

}  // namespace slipway::service
