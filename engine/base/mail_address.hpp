// Addresses for mail. Pure.
#pragma once

#include <string_view>

namespace slipway {

// One that can stand in an envelope and a header as it is: ASCII, one @, nothing that needs quoting, a host's name
// behind it.
bool is_mail_address(std::string_view text);

}  // namespace slipway
