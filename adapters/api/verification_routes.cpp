// Whether the log is right, a part at a time.
#include "adapters/api/replies.hpp"
#include "adapters/api/router.hpp"
#include "adapters/api/routes.hpp"

#include <string>
#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;
using nlohmann::ordered_json;

namespace {

ordered_json problem_json(const service::log_problem& one) {
    ordered_json j = ordered_json::object();
    j["problem"] = one.problem;
    j["stream"] = one.stream;
    j["version"] = one.version == 0 ? ordered_json(nullptr) : ordered_json(one.version);
    j["seq"] = one.seq == 0 ? ordered_json(nullptr) : ordered_json(one.seq);
    j["message"] = one.message;
    return j;
}

}  // namespace

awaitable<http_reply> verify_log(exchange& asked) {
    // A damaged log's ids need not be UUIDs.
    std::string after = asked.parameter("after").value_or("");
    if (asked.parameter("after") && !is_id(after))
        co_return bad_parameter("after", "This must be the next of the part before.");
    const auto limit = whole(asked.parameter("limit").value_or("200"), 1, service::most_streams_verified);
    if (!limit) co_return bad_parameter("limit", "This must be a whole number from 1 to 500.");
    const auto seen = co_await asked.service.verify(std::move(after), static_cast<std::size_t>(*limit), asked.from);
    if (!seen) co_return problem_of(seen.error());
    ordered_json j = ordered_json::object();
    j["streams"] = seen->streams;
    j["events"] = seen->events;
    j["problems"] = ordered_json::array();
    for (const service::log_problem& one : seen->problems) j["problems"].push_back(problem_json(one));
    j["next"] = seen->next.empty() ? ordered_json(nullptr) : ordered_json(seen->next);
    co_return json_reply(200, j);
}

}  // namespace slipway::api
