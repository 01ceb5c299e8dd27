// Secrets written as hex digits. Upper and lower case are read, lower case is written.
#pragma once

#include "adapters/net/secret.hpp"

#include <optional>
#include <string_view>

namespace slipway::keys {

// Empty where `text` holds anything but pairs of hex digits.
std::optional<net::secret> from_hex(std::string_view text);
net::secret to_hex(std::string_view bytes);

}  // namespace slipway::keys
