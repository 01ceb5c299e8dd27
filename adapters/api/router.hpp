// Which request is which: method and target to a route and its parameters. Pure. schema/openapi.yaml has the same list.
#pragma once

#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {

enum class route {
    get_provider,
    put_provider,
    check_provider,
    list_offerings,
    get_offering,
    put_offering,
    list_contracts,
    accept_contract,
    get_contract,
    end_contract,
    list_vms,
    request_vms,
    get_vm,
    end_vm,
    catalog,
    last_audit,
    run_audit,
    events,
    healthz,
    readyz,
    metrics,
    openapi,
};

struct routed {
    route where{};
    std::string id;      // of {id} in the path: 1 to 64 of A-Z a-z 0-9 . _ -, the first one no sign
    std::string reason;  // end_contract: cancelled, expired, payment_failed, retry_termination
    std::vector<std::pair<std::string, std::string>> query;

    std::optional<std::string> parameter(std::string_view name) const;
};

// What is an id of a provider, an offering, a contract or a VM.
bool is_id(std::string_view text);
inline constexpr std::string_view id_rule =
    "An id is 1 to 64 letters, digits, \".\", \"_\" and \"-\", and begins with a letter or a digit.";

[[noreturn]] inline void throw_exception_from_error(const net::http_reply&, const boost::source_location&) {
    throw std::logic_error("an HTTP request was refused");
}
struct misrouted {
    net::http_reply answer;  // 400, 404, or 405 with Allow
};
[[noreturn]] inline void throw_exception_from_error(const misrouted&, const boost::source_location&) {
    throw std::logic_error("there is no such route");
}

// A HEAD goes where a GET goes. A query parameter that the route does not have is refused.
boost::system::result<routed, misrouted> find_route(std::string_view method, std::string_view target);

// Who may ask without showing a token.
bool is_health(const routed& r);

}  // namespace slipway::api
