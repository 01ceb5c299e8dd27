// What is there at a glance, and the machines that VMs and contracts go through.
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"
#include "engine/machines/tables.hpp"

#include "sml/render.hpp"

#include <algorithm>
#include <utility>

namespace slipway::api {

namespace {

constexpr std::size_t most_overdue = 200;  // their number is always told

nlohmann::ordered_json overdue_json(const service::overdue_alert& alert) {
    nlohmann::ordered_json j = nlohmann::ordered_json::object();
    j["stream"] = alert.stream.text;
    j["kind"] = alert.kind;
    j["name"] = alert.name;
    j["provider"] = alert.provider;
    j["state"] = alert.state;
    j["since"] = to_rfc3339(alert.since);
    j["overdue_since"] = to_rfc3339(alert.overdue_since());
    j["why"] = alert.why;
    j["to_do"] = alert.to_do.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(alert.to_do);
    return j;
}

}  // namespace

using boost::asio::awaitable;
using net::http_reply;
using nlohmann::ordered_json;

awaitable<http_reply> get_machine(exchange& asked) {
    if (asked.id == vm_kind) co_return plain(200, "application/json", sml::json<vm_machine>() + "\n");
    if (asked.id == contract_kind) co_return plain(200, "application/json", sml::json<contract_machine>() + "\n");
    service::failure none;
    none.kind = error_kind::not_found;
    none.message = "There are the machines vm and contract.";
    co_return problem_of(none);
}

awaitable<http_reply> get_overview(exchange& asked) {
    const auto now = co_await asked.service.measure(asked.from);
    if (!now) co_return problem_of(now.error());
    const auto last = co_await asked.service.last_seq(asked.from);
    if (!last) co_return problem_of(last.error());
    const auto audit = co_await asked.service.last_audit(asked.from);
    if (!audit) co_return problem_of(audit.error());
    const service::health health = asked.service.ready();

    ordered_json j = ordered_json::object();
    j["ready"] = health.ready;
    j["why_not"] = health.why.empty() ? ordered_json(nullptr) : ordered_json(health.why);
    j["log_writable"] = now->log_writable;
    j["last_seq"] = *last;
    j["last_audit_at"] = *audit ? ordered_json(to_rfc3339((*audit)->at)) : ordered_json(nullptr);
    j["streams"] = ordered_json::array();
    for (const auto& [what, count] : now->live) {
        ordered_json one = ordered_json::object();
        one["kind"] = what.first;
        one["state"] = what.second;
        one["count"] = count;
        j["streams"].push_back(std::move(one));
    }
    j["overdue_count"] = now->overdue.size();
    j["overdue"] = ordered_json::array();
    for (std::size_t i = 0; i < std::min(now->overdue.size(), most_overdue); ++i)
        j["overdue"].push_back(overdue_json(now->overdue[i]));
    j["projects"] = ordered_json::array();
    for (const auto& project : now->projects) {
        ordered_json one = ordered_json::object();
        one["provider"] = project.provider;
        one["requests_left"] = project.requests_left;
        one["token_works"] = project.token_works;
        one["token_problem"] = nullptr;
        one["token_checked_at"] = nullptr;
        // The configuration's own project is in no registry.
        const auto kept = co_await asked.service.provider(project.provider, asked.from);
        if (!kept && kept.error().kind != error_kind::not_found) co_return problem_of(kept.error());
        if (kept) {
            if (!kept->token_problem.empty()) one["token_problem"] = kept->token_problem;
            one["token_checked_at"] = to_rfc3339(kept->token_checked_at);
        }
        j["projects"].push_back(std::move(one));
    }
    co_return json_reply(200, j);
}

}  // namespace slipway::api
