// Dates as HTTP writes them (RFC 9110 §5.6.7, IMF-fixdate): "Fri, 20 Nov 2026 14:46:00 GMT". Pure: no locale, no clock.
#pragma once

#include "engine/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slipway {

// Of the whole second that `t` is in.
std::string to_http_date(timestamp t);

// Exactly what to_http_date writes; HTTP's two obsolete forms are not read.
std::optional<timestamp> parse_http_date(std::string_view text);

}  // namespace slipway
