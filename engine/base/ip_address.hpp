// Addresses of hosts in text: what others say is one, before it becomes part of a file, a command or a page. Pure.
#pragma once

#include <string_view>

namespace slipway {

// "203.0.113.7": four numbers of 0 to 255, without zeros in front.
bool is_ipv4(std::string_view text);

// "2001:db8::1" (RFC 4291, section 2.2), without a zone.
bool is_ipv6(std::string_view text);

}  // namespace slipway
