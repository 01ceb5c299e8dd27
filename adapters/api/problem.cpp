#include "adapters/api/problem.hpp"

namespace slipway::api {

namespace {

struct meaning {
    int status;
    std::string_view slug;
};

meaning meaning_of(error_kind kind) {
    switch (kind) {
        case error_kind::usage:
            return {422, "invalid-fields"};
        case error_kind::not_found:
            return {404, "not-found"};
        case error_kind::refused:
            return {409, "refused"};
        case error_kind::unreachable:
            return {502, "unreachable"};
        case error_kind::configuration:
            return {503, "configuration"};
        case error_kind::storage:
            return {503, "storage"};
        case error_kind::corrupt:
            return {500, "corrupt"};
        case error_kind::failed:
            break;
    }
    return {500, "failed"};
}

}  // namespace

int status_of(error_kind kind) {
    return meaning_of(kind).status;
}

net::http_reply problem_of(const service::failure& why) {
    const meaning m = meaning_of(why.kind);
    std::vector<net::problem_field> fields;
    for (const service::field_error& wrong : why.fields) fields.push_back(net::problem_field{wrong.field, wrong.detail});
    return net::problem_reply(m.status, m.slug, why.message, fields);
}

}  // namespace slipway::api
