// slipway catalog and slipway audit: what Hetzner has, and what nobody needs of it.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/market_view.hpp"

#include <algorithm>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

awaitable<int> catalog_part(market_session& s, const catalog_arguments& args) {
    std::string target = "/v1/catalog";
    if (!args.provider.empty()) target += "?provider=" + net::percent_encode(args.provider);
    const auto answer = co_await s.ask("GET", std::move(target));
    if (!answer.good()) co_return answer.code;
    std::string member = args.part;
    std::replace(member.begin(), member.end(), '-', '_');
    const ordered_json& part = answer.document[member];
    if (s.in().typed.json)
        s.in().out.result(document_text(part));
    else if (part.empty())
        s.in().out.note("no " + args.part + " in this project");
    else
        s.in().out.result(catalog_table(member, part, text_of(answer.document, "currency")));
    if (member == "server_types" && !part.empty())
        s.in().out.note("net prices, in the cheapest location; where a location stands in parentheses it is sold out");
    co_return exit_done;
}

awaitable<int> find_orphans(market_session& s) {
    const auto answer = co_await s.ask("POST", "/v1/audit");
    if (!answer.good()) co_return answer.code;
    const ordered_json& findings = answer.document["findings"];
    const ordered_json& not_asked = answer.document["not_asked"];
    if (s.in().typed.json)
        s.in().out.result(document_text(answer.document));
    else if (!findings.empty())
        s.in().out.result(audit_table(findings));
    else if (not_asked.empty())
        s.in().out.note("nothing found: what is at Hetzner is what the log says");
    for (const ordered_json& sentence : not_asked) s.in().out.complain("not asked: " + sentence.get<std::string>());
    co_return not_asked.empty() ? exit_done : exit_unreachable;
}

}  // namespace

int catalog(invocation& in, const catalog_arguments& args) {
    market_session s(in);
    return s.run([&](market_session& running) { return catalog_part(running, args); });
}

int audit(invocation& in, const audit_arguments&) {
    market_session s(in);
    s.only_looks();
    return s.run([](market_session& running) { return find_orphans(running); });
}

}  // namespace slipway::cli
