#include "adapters/api/handler.hpp"

#include "engine/base/digest.hpp"
#include "adapters/api/feed.hpp"
#include "adapters/api/guard.hpp"
#include "adapters/api/inputs.hpp"
#include "adapters/api/openapi.hpp"
#include "adapters/api/problem.hpp"
#include "adapters/api/router.hpp"
#include "adapters/api/views.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>
#include <stdexcept>
#include <utility>

namespace slipway::api {

namespace asio = boost::asio;
using net::http_reply;
using net::http_request;
using nlohmann::ordered_json;

namespace {

constexpr std::uint64_t most_records = 10'000;
constexpr std::uint64_t usual_records = 1'000;

http_reply plain(int status, std::string type, std::string body) {
    http_reply out;
    out.status = status;
    out.headers.push_back(net::http_header{"Content-Type", std::move(type)});
    out.headers.push_back(net::http_header{"Cache-Control", "no-store"});
    out.body = std::move(body);
    return out;
}

http_reply json_reply(int status, const ordered_json& document) {
    return plain(status, "application/json", dump(document) + "\n");
}

template <class T>
http_reply shown(int status, const service::answer<T>& from) {
    if (!from) return problem_of(from.error());
    return json_reply(status, to_json(*from));
}

template <class T>
http_reply listed(int status, std::string_view what, const service::answer<std::vector<T>>& from) {
    if (!from) return problem_of(from.error());
    ordered_json list = ordered_json::array();
    for (const T& one : *from) list.push_back(to_json(one));
    ordered_json document = ordered_json::object();
    document[std::string(what)] = std::move(list);
    return json_reply(status, document);
}

std::optional<std::uint64_t> whole(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

http_reply bad_parameter(std::string_view field, std::string_view detail) {
    const std::vector<net::problem_field> errors{net::problem_field{std::string(field), std::string(detail)}};
    return net::problem_reply(400, "invalid-parameter", detail, errors);
}

// The same request has the same digest; parts are told apart by their lengths.
std::string digest_of(const http_request& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    std::string bytes;
    bytes.reserve(request.method.size() + path.size() + request.body.size() + 64);
    for (const std::string* part : {&request.method, &path, &request.body})
        bytes.append(std::to_string(part->size())).append(":").append(*part);
    std::string out = hex(sha256(bytes));
    wipe(bytes);
    return out;
}

}  // namespace

struct handler::state {
    service::operations& house;
    std::optional<digest> token;
    handler_options options;

    asio::awaitable<http_reply> read(const http_request& request, const routed& to);
    asio::awaitable<http_reply> put(const http_request& request, const routed& to);
    asio::awaitable<http_reply> post(const http_request& request, const routed& to, service::origin from);
    asio::awaitable<http_reply> events(const http_request& request, const routed& to);
};

handler::handler(service::operations& house, std::optional<secret> token, handler_options options)
    : state_(std::make_shared<state>(state{house, std::nullopt, options})) {
    if (token) state_->token = sha256(token->reveal());
}

handler::~handler() = default;

asio::awaitable<http_reply> handler::handle(const http_request& request, bool trusted) {
    const auto held = state_;
    auto found = find_route(request.method, request.target);
    const bool open = trusted || (found && is_health(*found));
    if (!open) {
        auto refused = turn_away(request, held->token);
        if (refused) co_return *std::move(refused);
    }
    if (!found) co_return found.error().answer;
    const routed to = *std::move(found);

    service::origin from;
    from.actor = held->options.actor;
    if (request.method == "POST") {
        auto key = read_idempotency_key(request);
        if (!key) co_return key.error().answer;
        from.idempotency_key = *std::move(key);
        if (!from.idempotency_key.empty()) from.request_digest = digest_of(request);
        co_return co_await held->post(request, to, std::move(from));
    }
    if (request.method == "PUT") co_return co_await held->put(request, to);
    if (auto none = no_body(request); !none) co_return none.error().answer;
    if (to.where == route::end_vm) {
        const auto ended = co_await held->house.end_vm(to.id, std::move(from));
        co_return shown(202, ended);
    }
    co_return co_await held->read(request, to);
}

asio::awaitable<http_reply> handler::state::read(const http_request& request, const routed& to) {
    switch (to.where) {
        case route::get_provider: {
            const auto found = co_await house.provider(to.id);
            co_return shown(200, found);
        }
        case route::list_offerings: {
            const auto found = co_await house.offerings();
            co_return listed(200, "offerings", found);
        }
        case route::get_offering: {
            const auto found = co_await house.offering(to.id);
            co_return shown(200, found);
        }
        case route::list_contracts: {
            const auto found = co_await house.list(contract_kind);
            co_return listed(200, "contracts", found);
        }
        case route::get_contract: {
            const auto found = co_await house.find(contract_kind, to.id);
            co_return shown(200, found);
        }
        case route::list_vms: {
            const auto found = co_await house.list(vm_kind);
            co_return listed(200, "vms", found);
        }
        case route::get_vm: {
            const auto found = co_await house.find(vm_kind, to.id);
            co_return shown(200, found);
        }
        case route::catalog: {
            std::string provider = to.parameter("provider").value_or("direct");
            if (!is_id(provider)) co_return bad_parameter("provider", id_rule);
            const auto found = co_await house.catalog(std::move(provider));
            if (!found) co_return problem_of(found.error());
            co_return json_reply(200, *found);
        }
        case route::last_audit: {
            const auto last = house.last_audit();
            if (last) co_return json_reply(200, to_json(*last));
            failure none;
            none.kind = error_kind::not_found;
            none.message = "No audit has been made since the daemon was started; POST /v1/audit makes one.";
            co_return problem_of(none);
        }
        case route::events:
            co_return co_await events(request, to);
        case route::healthz:
            co_return plain(200, "application/json", "{\"status\":\"alive\"}\n");
        case route::readyz: {
            const health now = house.ready();
            std::string why = now.why;
            if (why.empty()) why = "The daemon is not ready.";
            if (!now.ready) co_return net::problem_reply(503, "not-ready", why);
            co_return plain(200, "application/json", "{\"status\":\"ready\"}\n");
        }
        case route::metrics: {
            auto text = co_await house.metrics();
            co_return plain(200, "text/plain; version=0.0.4", std::move(text));
        }
        case route::openapi:
            co_return plain(200, "application/json", openapi_json());
        default:
            break;
    }
    throw std::logic_error("a route that is read has no answer");
}

asio::awaitable<http_reply> handler::state::put(const http_request& request, const routed& to) {
    if (to.where == route::put_provider) {
        auto input = read_provider(request, to.id);
        if (!input) co_return input.error().answer;
        const auto put = co_await house.put_provider(*std::move(input));
        co_return shown(200, put);
    }
    auto input = read_offering(request, to.id);
    if (!input) co_return input.error().answer;
    const auto put = co_await house.put_offering(*std::move(input));
    co_return shown(200, put);
}

asio::awaitable<http_reply> handler::state::post(const http_request& request, const routed& to, service::origin from) {
    if (to.where == route::accept_contract) {
        auto input = read_contract(request);
        if (!input) co_return input.error().answer;
        const auto accepted = co_await house.accept_contract(*std::move(input), std::move(from));
        auto reply = shown(202, accepted);
        if (accepted) {
            const std::string where = "/v1/contracts/" + accepted->state.data.contract_id;
            reply.headers.push_back(net::http_header{"Location", where});
        }
        co_return reply;
    }
    if (to.where == route::request_vms) {
        auto input = read_vm(request);
        if (!input) co_return input.error().answer;
        const auto requested = co_await house.request_vms(*std::move(input), std::move(from));
        co_return listed(202, "vms", requested);
    }
    if (auto none = read_nothing(request); !none) co_return none.error().answer;
    if (to.where == route::end_contract) {
        const auto ended = co_await house.end_contract(to.id, to.reason, std::move(from));
        co_return shown(202, ended);
    }
    if (to.where == route::check_provider) {
        const auto checked = co_await house.check_provider(to.id);
        co_return shown(200, checked);
    }
    auto report = co_await house.audit(std::move(from));
    co_return shown(200, report);
}

asio::awaitable<http_reply> handler::state::events(const http_request& request, const routed& to) {
    constexpr auto any = std::numeric_limits<std::int64_t>::max();
    const auto after = whole(to.parameter("after").value_or("0"), 0, any);
    if (!after) co_return bad_parameter("after", "This must be the seq of an event: a whole number.");
    const std::string stream = to.parameter("stream").value_or("");
    if (to.parameter("stream") && !is_uuid(stream))
        co_return bad_parameter("stream", "This must be the id of a stream: a UUID in lower case.");
    const auto accept = net::find_header(request.headers, "accept");
    if (accept && accept->find("text/event-stream") != std::string_view::npos) {
        if (to.parameter("limit")) co_return bad_parameter("limit", "The live feed has no end, so it has no limit.");
        auto from = after;
        if (const auto last = net::find_header(request.headers, "last-event-id")) {
            from = whole(*last, 0, any);
            if (!from) co_return bad_parameter("Last-Event-ID", "This must be the id of an event: a whole number.");
        }
        http_reply reply = plain(200, "text/event-stream", {});
        reply.stream = [&source = house, start = *from, stream, how = options](net::body_writer& writer) {
            return follow(source, start, stream, how, writer);
        };
        co_return reply;
    }
    const auto limit = whole(to.parameter("limit").value_or(std::to_string(usual_records)), 1, most_records);
    if (!limit) co_return bad_parameter("limit", "This must be a whole number from 1 to 10000.");
    const auto found = co_await house.events(*after, stream, static_cast<std::size_t>(*limit));
    if (!found) co_return problem_of(found.error());
    co_return plain(200, "application/x-ndjson", json_lines(*found));
}

}  // namespace slipway::api
