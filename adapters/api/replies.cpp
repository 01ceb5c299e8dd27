#include "adapters/api/replies.hpp"

#include "adapters/net/http_problem.hpp"

#include <charconv>
#include <utility>
#include <vector>

namespace slipway::api {

using net::http_reply;

http_reply plain(int status, std::string type, std::string body) {
    http_reply out;
    out.status = status;
    out.headers.push_back(net::http_header{"Content-Type", std::move(type)});
    out.headers.push_back(net::http_header{"Cache-Control", "no-store"});
    out.body = std::move(body);
    return out;
}

http_reply json_reply(int status, const nlohmann::ordered_json& document) {
    return plain(status, "application/json", dump(document) + "\n");
}

http_reply bad_parameter(std::string_view field, std::string_view detail) {
    const std::vector<net::problem_field> errors{net::problem_field{std::string(field), std::string(detail)}};
    return net::problem_reply(400, "invalid-parameter", detail, errors);
}

std::optional<std::uint64_t> whole(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

boost::system::result<std::size_t, refused> page_limit(const exchange& asked) {
    const auto limit = whole(asked.parameter("limit").value_or("100"), 1, service::largest_page);
    if (!limit) return refused{bad_parameter("limit", "This must be a whole number from 1 to 1000.")};
    return static_cast<std::size_t>(*limit);
}

boost::system::result<service::list_query, refused> read_list_query(const exchange& asked, std::string_view kind) {
    service::list_query query;
    query.kind = std::string(kind);
    query.state = asked.parameter("state").value_or("");
    query.provider = asked.parameter("provider").value_or("");
    query.owner = asked.parameter("owner").value_or("");
    query.after = asked.parameter("after").value_or("");
    const std::string live = asked.parameter("live").value_or("false");
    if (live != "true" && live != "false") return refused{bad_parameter("live", "This must be true or false.")};
    query.live_only = live == "true";
    const auto limit = page_limit(asked);
    if (!limit) return limit.error();
    query.limit = *limit;
    if (!query.after.empty() && !is_uuid(query.after))
        return refused{bad_parameter("after", "This must be the next of the page before.")};
    // Both machines have the same states.
    if (!query.state.empty() && !is_vm_state(query.state))
        return refused{bad_parameter("state", "There is no such state; slipway-log graph vm shows them.")};
    return query;
}

}  // namespace slipway::api
