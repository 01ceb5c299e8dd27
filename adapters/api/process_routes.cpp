// What the API says of itself and of its projects: catalog, audit, events, health, metrics, its description.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"
#include "adapters/api/feed.hpp"
#include "adapters/api/metrics.hpp"
#include "adapters/api/openapi.hpp"
#include "adapters/api/router.hpp"
#include "adapters/net/http_problem.hpp"
#include "engine/ports/projects.hpp"

#include <array>
#include <limits>
#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

constexpr std::uint64_t most_records = 10'000;
// What makes it a search backwards; and how much it looks at for each answer: it must not keep the loop from
// others. Who searches on asks again.
constexpr std::array<std::string_view, 3> searched_by{"before", "type", "actor"};
constexpr std::uint64_t most_looked_at = 20'000, window = 500;
constexpr auto any_seq = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// A reader that goes on as if nothing were would miss what this history of the log holds in place of what it has read.
http_reply beyond_the_end(std::uint64_t after) {
    return net::problem_reply(410, "beyond-the-end",
                              "The log ends before the event " + std::to_string(after) +
                                  ": it is another history than the one that was read (was a backup restored?). Forget "
                                  "what was read, and read from the beginning: after=0.");
}

// Events before a position, the newest first, as far as some limit; of one type, of one actor.
awaitable<http_reply> search_back(exchange& asked, service::events_query query) {
    const auto before = whole(*asked.parameter("before"), 1, any_seq);
    if (!before) co_return bad_parameter("before", "This must be the seq of an event: a whole number from 1 on.");
    const std::string type = asked.parameter("type").value_or("");
    const std::string actor = asked.parameter("actor").value_or("");
    const std::size_t wanted = query.limit;
    std::vector<event_record> found;
    std::uint64_t top = *before - 1;  // what is above has been looked at
    const std::uint64_t floor = query.stream.empty() && top > most_looked_at ? top - most_looked_at : 0;
    while (top > floor && found.size() < wanted) {
        std::uint64_t bottom = query.stream.empty() && top - floor > window ? top - window : floor;
        std::vector<event_record> part;
        // An answer may end early: a record can be large.
        for (query.after = bottom; query.after < top;) {
            query.limit = query.stream.empty() ? static_cast<std::size_t>(top - query.after)
                                               : std::numeric_limits<std::size_t>::max();
            auto records = co_await asked.service.events(query, asked.from);
            if (!records) co_return problem_of(records.error());
            if (records->empty()) break;
            query.after = records->back().seq;
            for (event_record& record : *records)
                if (record.seq <= top && (type.empty() || record.type == type) && (actor.empty() || record.actor == actor))
                    part.push_back(std::move(record));
        }
        for (auto it = part.rbegin(); it != part.rend() && found.size() < wanted; ++it) found.push_back(std::move(*it));
        if (found.size() == wanted) bottom = found.back().seq - 1;
        top = bottom;
    }
    http_reply reply = plain(200, "application/x-ndjson", json_lines(found));
    reply.headers.push_back(net::http_header{"Slipway-Searched-From", std::to_string(top + 1)});
    co_return reply;
}

}  // namespace

awaitable<http_reply> get_catalog(exchange& asked) {
    std::string provider = asked.parameter("provider").value_or(direct_project);
    if (!is_id(provider)) co_return bad_parameter("provider", id_rule);
    const std::string fresh = asked.parameter("fresh").value_or("false");
    if (fresh != "true" && fresh != "false") co_return bad_parameter("fresh", "This must be true or false.");
    if (fresh == "true") {
        const auto anew = co_await asked.service.refresh(std::move(provider), asked.from);
        co_return shown(200, anew);
    }
    const auto found = co_await asked.service.catalog(std::move(provider), asked.from);
    co_return shown(200, found);
}

awaitable<http_reply> run_audit(exchange& asked) {
    if (auto none = read_nothing(asked.request); !none) co_return none.error().answer;
    const std::string adopts = asked.parameter("adopt").value_or("false");
    if (adopts != "true" && adopts != "false") co_return bad_parameter("adopt", "This must be true or false.");
    if (adopts == "true") {
        const auto adopted = co_await asked.service.adopt(asked.from);
        co_return shown(200, adopted);
    }
    const auto report = co_await asked.service.audit(asked.from);
    co_return shown(200, report);
}

awaitable<http_reply> last_audit(exchange& asked) {
    const auto last = co_await asked.service.last_audit(asked.from);
    if (!last) co_return problem_of(last.error());
    if (*last) co_return json_reply(200, to_json(**last));
    service::failure none;
    none.kind = error_kind::not_found;
    none.message = "No audit has been made yet; POST /v1/audit makes one.";
    co_return problem_of(none);
}

// Once as JSON lines, or live as server-sent events.
awaitable<http_reply> get_events(exchange& asked) {
    const auto after = whole(asked.parameter("after").value_or("0"), 0, any_seq);
    if (!after) co_return bad_parameter("after", "This must be the seq of an event: a whole number.");
    service::events_query query;
    query.after = *after;
    query.stream = asked.parameter("stream").value_or("");
    if (asked.parameter("stream") && !is_uuid(query.stream))
        co_return bad_parameter("stream", "This must be the id of a stream: a UUID in lower case.");
    const auto accept = net::find_header(asked.request.headers, "accept");
    if (accept && accept->find("text/event-stream") != std::string_view::npos) {
        if (asked.parameter("limit")) co_return bad_parameter("limit", "The live feed has no end, so it has no limit.");
        for (const std::string_view name : searched_by)
            if (asked.parameter(name)) co_return bad_parameter(name, "The live feed cannot be searched.");
        if (const auto last = net::find_header(asked.request.headers, "last-event-id")) {
            const auto from = whole(*last, 0, any_seq);
            if (!from) co_return bad_parameter("Last-Event-ID", "This must be the id of an event: a whole number.");
            query.after = *from;
        }
        const auto known = co_await asked.service.reaches(query.after, asked.from);
        if (!known) co_return problem_of(known.error());
        if (!*known) co_return beyond_the_end(query.after);
        http_reply reply = plain(200, "text/event-stream", {});
        reply.stream = [&source = asked.service, query, from = asked.from, how = asked.options](net::body_writer& writer) {
            return follow(source, query, from, how, writer);
        };
        co_return reply;
    }
    const auto limit = whole(asked.parameter("limit").value_or("1000"), 1, most_records);
    if (!limit) co_return bad_parameter("limit", "This must be a whole number from 1 to 10000.");
    query.limit = static_cast<std::size_t>(*limit);
    if (asked.parameter("before")) {
        if (asked.parameter("after")) co_return bad_parameter("after", "Events are asked for after a position or before one.");
        co_return co_await search_back(asked, std::move(query));
    }
    for (const std::string_view name : searched_by)
        if (asked.parameter(name)) co_return bad_parameter(name, "A search goes backwards: give a position in before, too.");
    const auto known = co_await asked.service.reaches(query.after, asked.from);
    if (!known) co_return problem_of(known.error());
    if (!*known) co_return beyond_the_end(query.after);
    const auto found = co_await asked.service.events(std::move(query), asked.from);
    if (!found) co_return problem_of(found.error());
    co_return plain(200, "application/x-ndjson", json_lines(*found));
}

awaitable<http_reply> healthz(exchange&) {
    co_return plain(200, "application/json", "{\"status\":\"alive\"}\n");
}

awaitable<http_reply> readyz(exchange& asked) {
    const service::health now = asked.service.ready();
    const std::string why = now.why.empty() ? "The daemon is not ready." : now.why;
    if (!now.ready) co_return net::problem_reply(503, "not-ready", why);
    co_return plain(200, "application/json", "{\"status\":\"ready\"}\n");
}

awaitable<http_reply> get_metrics(exchange& asked) {
    const auto now = co_await asked.service.measure(asked.from);
    if (!now) co_return problem_of(now.error());
    co_return plain(200, "text/plain; version=0.0.4", prometheus_text(*now));
}

awaitable<http_reply> get_openapi(exchange&) {
    co_return plain(200, "application/json", openapi_json());
}

}  // namespace slipway::api
