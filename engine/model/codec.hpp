// Events to and from the JSON of the log. Decoding never guesses: an unknown type or version, a missing member or one of
// the wrong kind is an error that names it; unknown members are ignored, so that an older binary can read what a newer
// one of the same schema version added.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/event.hpp"

#include <string>
#include <string_view>

namespace slipway {

std::string_view type_of(const event& e);
int version_of(const event& e);

// A JSON object, keys in the order of declaration, valid UTF-8 (bytes that are not are replaced).
std::string encode(const event& e);

result<event> decode(std::string_view type, int schema_version, std::string_view data);

}  // namespace slipway
