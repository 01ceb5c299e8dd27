// What the API answers: JSON documents, pages of lists, problems. Pure.
#pragma once

#include "adapters/api/problem.hpp"
#include "adapters/api/routes.hpp"
#include "adapters/api/views.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/service/service.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

net::http_reply plain(int status, std::string type, std::string body);
net::http_reply json_reply(int status, const nlohmann::ordered_json& document);
net::http_reply bad_parameter(std::string_view field, std::string_view detail);

// A whole number in decimal digits; none where it is no such number, or out of bounds.
std::optional<std::uint64_t> whole(std::string_view text, std::uint64_t least, std::uint64_t most);

template <class T>
net::http_reply shown(int status, const service::answer<T>& from) {
    if (!from) return problem_of(from.error());
    return json_reply(status, to_json(*from));
}

// {"vms": […]} and, where there is more, "next": what to give as ?after=.
template <class T>
net::http_reply listed(std::string_view what, const service::answer<service::page<T>>& from) {
    if (!from) return problem_of(from.error());
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const T& one : from->items) list.push_back(to_json(one));
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    document[std::string(what)] = std::move(list);
    if (!from->next.empty()) document["next"] = from->next;
    return json_reply(200, document);
}

// ?limit=; the error is the answer.
struct refused {
    net::http_reply answer;
};
[[noreturn]] inline void throw_exception_from_error(const refused&, const boost::source_location&) {
    throw std::logic_error("an HTTP request was refused");
}
boost::system::result<std::size_t, refused> page_limit(const exchange& asked);
// ?after, ?limit, ?state, ?provider, ?owner of a list of this kind.
boost::system::result<service::list_query, refused> read_list_query(const exchange& asked, std::string_view kind);

}  // namespace slipway::api
