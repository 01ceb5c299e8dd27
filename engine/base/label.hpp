// Labels of Hetzner's resources: which keys and values are allowed (docs.hetzner.cloud, Labels). Pure.
#pragma once

#include <string_view>

namespace slipway {

// 1 to 63 letters, digits, '-', '_' and '.', with a letter or a digit at both ends; before it there may be a DNS name
// of at most 253 characters and a slash. "hetzner.cloud/" is Hetzner's own.
bool is_label_key(std::string_view key);

// As a key without a prefix, or empty.
bool is_label_value(std::string_view value);

}  // namespace slipway
