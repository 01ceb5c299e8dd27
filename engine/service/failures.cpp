#include "engine/service/failures.hpp"

#include <utility>

namespace slipway::service {

failure failure_of(error_kind kind, std::string message) {
    failure out;
    out.kind = kind;
    out.message = std::move(message);
    return out;
}

failure failure_of(const error& e) { return failure_of(e.kind, e.message); }

failure failure_of(const cloud_error& e) {
    return failure_of(refuses_token(e) ? error_kind::refused : error_kind::unreachable, e.message);
}

failure wrong_field(std::string field, std::string detail) {
    failure out = failure_of(error_kind::usage, detail);
    out.fields.push_back(field_error{std::move(field), std::move(detail)});
    return out;
}

bool refuses_token(const cloud_error& e) {
    return e.failure == cloud_failure::unauthorized || e.failure == cloud_failure::forbidden;
}

}  // namespace slipway::service
