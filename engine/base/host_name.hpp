// Names of hosts (RFC 1123), wherever they come from and whatever they are for. Pure.
#pragma once

#include "engine/base/error.hpp"

#include <string_view>

namespace slipway {

// What a VM may be called: one label of 1 to 63 of a-z, 0-9 and '-', which is at neither end. Upper case is left out,
// so that two names that DNS takes for one are one.
bool is_host_label(std::string_view name);

// The same; error_kind::usage says what is wrong with `name`, and the rule.
result<void> check_host_label(std::string_view name);

// Labels with dots between them, letters of either case, at most 253 characters in all. An IPv4 address is one, too.
bool is_host_name(std::string_view name);

}  // namespace slipway
