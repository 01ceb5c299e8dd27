// What an answer of Hetzner means: status, code and headers to the classes of engine/ports/cloud.hpp. Pure; decides on
// the status and the code, never on the text of a message, which changes without notice.
//
// Source: the error table of docs.hetzner.cloud/cloud.spec.json (July and October 2026), answers seen in the wild.
#pragma once

#include "adapters/net/http_client.hpp"
#include "engine/ports/cloud.hpp"
#include "engine/runtime/governor.hpp"

#include <chrono>
#include <string_view>

namespace slipway::hetzner {

// For every status that is not 2xx. The message holds no piece of `token`.
cloud_error read_error(const net::http_response& answer, std::string_view token);

// For a request without an answer.
cloud_error read_error(const net::http_error& failed, std::string_view token);

// An answer that says success and cannot be understood; `what` was being looked for.
cloud_error unreadable(int status, std::string_view what);

// How long everybody must pause after a 429: Retry-After where it is sent (at most a minute of it), else the time in
// which one request's worth of budget comes back. RateLimit-Reset is not it: that is when the whole budget is back.
std::chrono::milliseconds pause_after(const net::http_headers& headers);

// What an answer says of the project's request budget (docs.hetzner.cloud, Rate Limiting).
budget_report budget_in(const net::http_headers& headers, int status);

}  // namespace slipway::hetzner
