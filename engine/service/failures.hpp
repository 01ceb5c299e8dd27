// Why the service says no: errors of the engine, the stores and Hetzner as its answers. Pure.
#pragma once

#include "engine/service/service.hpp"

#include <string>

namespace slipway::service {

failure failure_of(const error& e);
failure failure_of(error_kind kind, std::string message);
// Hetzner refuses the token: refused; anything else that it says or does not say: unreachable.
failure failure_of(const cloud_error& e);

// The caller's input is wrong, in one field.
failure wrong_field(std::string field, std::string detail);

bool refuses_token(const cloud_error& e);

}  // namespace slipway::service
