// From the bodies of requests to the service's values: everything that can be told without asking anybody is checked
// here, and all that is wrong is said at once. Pure.
#pragma once

#include "engine/service/service.hpp"
#include "adapters/net/http_message.hpp"
#include "adapters/net/http_server.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>

namespace slipway::api {

struct unusable {
    net::http_reply answer;  // 400, 415 or 422
};
[[noreturn]] inline void throw_exception_from_error(const unusable&, const boost::source_location&) {
    throw std::logic_error("the body of a request was refused");
}
template <class T>
using input = boost::system::result<T, unusable>;

input<service::provider_input> read_provider(const net::http_request& request, const std::string& id);
input<service::offering_input> read_offering(const net::http_request& request, const std::string& id);
input<service::contract_input> read_contract(const net::http_request& request);
input<service::vm_input> read_vm(const net::http_request& request);

// For a POST that asks for nothing more than its path says: no body, or an empty object.
input<void> read_nothing(const net::http_request& request);

// For GET, HEAD and DELETE.
input<void> no_body(const net::http_request& request);

// Of the Idempotency-Key; empty where there is none.
input<std::string> read_idempotency_key(const net::http_request& request);

}  // namespace slipway::api
