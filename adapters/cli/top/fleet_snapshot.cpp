#include "adapters/cli/top/fleet_snapshot.hpp"

#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/table.hpp"
#include "engine/base/exit_code.hpp"
#include "engine/machines/vm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace slipway::cli {

using boost::asio::awaitable;
using nlohmann::ordered_json;

namespace {

// Those first that somebody may have to look after, then in the order of a life.
std::vector<std::string_view> states_by_need() {
    std::vector<std::string_view> states{"termination_failed", "failed", "cleaning_up", "terminating"};
    for (const std::string_view state : vm_state_names)
        if (state != "terminated" && std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
    return states;
}

struct collection {
    std::string_view name, kind;
};
constexpr std::array collections{collection{"contracts", contract_kind}, collection{"vms", vm_kind}};

awaitable<result<ordered_json>> document_of(api_session& of, std::string target) {
    net::http_request request;
    request.target = std::move(target);
    const auto answer = co_await of.forward(std::move(request));
    if (!answer) co_return answer.error();
    auto read = read_answer(*answer);
    if (read.good()) co_return std::move(read.document);
    co_return make_error(read.code == exit_unreachable ? error_kind::unreachable : error_kind::failed, read.complaint);
}

std::size_t count_of(const ordered_json& overview, std::string_view kind, std::string_view state) {
    for (const ordered_json& one : member_of(overview, "streams"))
        if (text_of(one, "kind") == kind && text_of(one, "state") == state) return one.value("count", std::size_t{0});
    return 0;
}

std::size_t count_in_all(const ordered_json& overview, std::string_view state) {
    return count_of(overview, vm_kind, state) + count_of(overview, contract_kind, state);
}

std::string summary(const ordered_json& overview) {
    std::string states;
    std::size_t all = 0;
    for (const std::string_view state : states_by_need()) {
        const std::size_t count = count_in_all(overview, state);
        if (count == 0) continue;
        all += count;
        states += fmt::format("{}{} {}", states.empty() ? ": " : ", ", count, state);
    }
    return fmt::format("{} live{}", all, states);
}

table_row row_of_one(const ordered_json& one, timestamp now) {
    const bool contract = !member_of(one, "stream").is_null();
    const std::string address = text_of(one, contract ? "instance_ip" : "ipv4");
    const auto created = parse_rfc3339(text_of(one, "created_at"));
    const std::string waits = text_of(one, "waiting_for");
    return {cell(text_of(one, contract ? "id" : "name"), 32),
            text_of(one, "state"),
            created ? age_since(*created, now) : "-",
            cell(text_of(one, contract ? "provider" : "owner"), 20),
            text_of(one, "server_type") + ", " + text_of(one, "location"),
            address.empty() ? "-" : address,
            waits.empty() ? "-" : cell(waits, 80)};
}

}  // namespace

awaitable<result<fleet_snapshot>> read_fleet(api_session& of, std::size_t most_rows) {
    fleet_snapshot out;
    auto overview = co_await document_of(of, "/v1/overview");
    if (!overview) co_return overview.error();
    out.overview = *std::move(overview);
    for (const std::string_view state : states_by_need()) {
        for (const collection& part : collections) {
            const std::size_t wanted = std::min(count_of(out.overview, part.kind, state), most_rows - out.rows.size());
            if (wanted == 0) continue;
            std::string target = fmt::format("/v1/{}?live=true&state={}&limit={}", part.name, state, wanted);
            auto page = co_await document_of(of, std::move(target));
            if (!page) co_return page.error();
            for (const ordered_json& one : member_of(*page, part.name)) out.rows.push_back(one);
        }
    }
    out.at = of.clock().now();
    co_return out;
}

std::vector<std::string> fleet_lines(const fleet_snapshot& fleet, timestamp now, std::size_t width) {
    std::vector<std::string> lines;
    const auto add = [&](std::string_view line) { lines.push_back(width == 0 ? std::string(line) : cell(line, width - 1)); };
    add("slipway  " + summary(fleet.overview));
    if (const std::string why = text_of(fleet.overview, "why_not"); !why.empty()) add("not ready: " + why);
    for (const ordered_json& project : member_of(fleet.overview, "projects"))
        if (member_of(project, "token_works") == false)
            add("the token of " + text_of(project, "provider") + " does not work: " + text_of(project, "token_problem"));
    add("");
    std::vector<table_row> rows{{"NAME", "STATE", "AGE", "OF", "SERVER", "IPV4", "WAITS FOR"}};
    for (const ordered_json& one : fleet.rows) rows.push_back(row_of_one(one, now));
    const std::string table = fleet.rows.empty() ? "" : text_table(rows);
    for (std::size_t from = 0; from < table.size();) {
        const std::size_t end = table.find('\n', from);
        add(std::string_view(table).substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

}  // namespace slipway::cli
