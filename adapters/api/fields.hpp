// Fields that several requests have, read strictly (body.hpp); and requests that have none. Pure.
#pragma once

#include "adapters/api/body.hpp"
#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

struct unusable {
    net::http_reply answer;  // 400, 415 or 422
};
[[noreturn]] inline void throw_exception_from_error(const unusable&, const boost::source_location&) {
    throw std::logic_error("the body of a request was refused");
}
template <class T>
using input = boost::system::result<T, unusable>;

unusable refuse(net::http_reply reply);

std::string id_field(body_reader& from, std::string_view field, need n);
// A name of Hetzner's: "cx23", "nbg1", "ubuntu-24.04".
std::string name_field(body_reader& from, std::string_view field, need n);
// Several of them with commas between, in order of preference.
std::vector<std::string> names_field(body_reader& from, std::string_view field, need n);
std::string recipe_field(body_reader& from);
std::string key_field(body_reader& from);

// For a POST that asks for nothing more than its path says: no body, or an empty object.
input<void> read_nothing(const net::http_request& request);
// For GET, HEAD and DELETE.
input<void> no_body(const net::http_request& request);
// Of the Idempotency-Key; empty where there is none.
input<std::string> read_idempotency_key(const net::http_request& request);

}  // namespace slipway::api
