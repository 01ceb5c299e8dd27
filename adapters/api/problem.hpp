// What the API answers when the house says no. Pure.
#pragma once

#include "engine/service/service.hpp"
#include "adapters/net/http_problem.hpp"

namespace slipway::api {

int status_of(error_kind kind);

net::http_reply problem_of(const service::failure& why);

}  // namespace slipway::api
