#include "adapters/net/http_problem.hpp"

#include <boost/beast/http/status.hpp>
#include <nlohmann/json.hpp>

namespace slipway::net {

std::string_view reason_of(int status) {
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    return {reason.data(), reason.size()};
}

http_reply problem_reply(int status, std::string_view slug, std::string_view detail,
                         const std::vector<problem_field>& errors) {
    using nlohmann::ordered_json;
    ordered_json document = ordered_json::object();
    document["type"] = "urn:slipway:problem:" + std::string(slug);
    document["title"] = std::string(reason_of(status));
    document["status"] = status;
    document["detail"] = std::string(detail);
    if (!errors.empty()) {
        ordered_json list = ordered_json::array();
        for (const problem_field& wrong : errors) {
            ordered_json item = ordered_json::object();
            item["field"] = wrong.field;
            item["detail"] = wrong.detail;
            list.push_back(std::move(item));
        }
        document["errors"] = std::move(list);
    }
    http_reply reply;
    reply.status = status;
    reply.headers.push_back(http_header{"Content-Type", "application/problem+json"});
    reply.headers.push_back(http_header{"Cache-Control", "no-store"});
    reply.body = document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    return reply;
}

}  // namespace slipway::net
