// Which request is which: method and target to a row of the routes and its parameters. Pure.
#pragma once

#include "adapters/api/routes.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {

struct routed {
    const route* to = nullptr;
    std::string id;  // of {id} in the path
    std::vector<std::pair<std::string, std::string>> query;
};

// What is an id of a provider, an offering, a contract or a VM.
bool is_id(std::string_view text);
inline constexpr std::string_view id_rule =
    "An id is 1 to 64 letters, digits, \".\", \"_\" and \"-\", and begins with a letter or a digit.";

struct misrouted {
    net::http_reply answer;  // 400, 404, or 405 with Allow
};
[[noreturn]] inline void throw_exception_from_error(const misrouted&, const boost::source_location&) {
    throw std::logic_error("there is no such route");
}

// A HEAD goes where a GET goes. A query parameter that the route does not have is refused.
boost::system::result<routed, misrouted> find_route(std::string_view method, std::string_view target);

}  // namespace slipway::api
