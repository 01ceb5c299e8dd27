// Mail addresses as they are written in an envelope and a header. Pure.
#pragma once

#include <string_view>

namespace slipway {

// An address that can stand there as it is: ASCII, one @, nothing that needs quoting.
bool is_mail_address(std::string_view text);

}  // namespace slipway
