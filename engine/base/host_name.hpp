// Names of hosts (RFC 1123), wherever they come from and whatever they are for. Pure.
#pragma once

#include "engine/base/error.hpp"

#include <string_view>

namespace slipway {

// What a VM may be called: a host name of at most 63 characters, which is what Linux takes for one, and no IPv4 address.
bool is_server_name(std::string_view name);

// The same; error_kind::usage says what is wrong with `name`, and the rule.
result<void> check_server_name(std::string_view name);

// Labels with dots between them, letters of either case, at most 253 characters in all. An IPv4 address is one, too.
bool is_host_name(std::string_view name);

}  // namespace slipway
