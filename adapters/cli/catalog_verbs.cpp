// slipway catalog and slipway audit: what Hetzner has, and what nobody needs of it.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/log_news.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/verbs.hpp"
#include "adapters/cli/wording.hpp"
#include "adapters/net/url.hpp"

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

struct catalog_verb final : verb {
    std::string part;      // as it is typed: server-types
    std::string provider;  // empty: the project of slipway's own configuration

    explicit catalog_verb(std::string what) : part(std::move(what)) {}

    token_need token() const override { return token_need::kept; }

    void take(option_list& options) override {
        options.add({.name = "--provider",
                     .help = "In this provider's project",
                     .into = &provider,
                     .placeholder = "P"});
    }

    int run(invocation& in) override {
        if (!provider.empty() && no_database_yet(in)) return not_there_yet(in, "provider " + provider);
        api_session session(in, provider.empty() ? database_use::none : database_use::read);
        return session.run([&](api_session& s) { return list(s); });
    }

private:
    awaitable<int> list(api_session& s) const {
        std::string target = "/v1/catalog";
        if (!provider.empty()) target += "?provider=" + net::percent_encode(provider);
        const auto answer = co_await s.ask("GET", std::move(target));
        if (!answer.good()) co_return answer.code;
        std::string member = part;
        std::replace(member.begin(), member.end(), '-', '_');
        const ordered_json& found = member_of(answer.document, member);
        if (s.in().typed.json)
            s.in().out.result(document_text(found));
        else if (found.empty())
            s.in().out.note("no " + part + " in this project");
        else
            s.in().out.result(catalog_table(member, found, text_of(answer.document, "currency")));
        if (member == "server_types" && !found.empty())
            s.in().out.note(
                "net prices, in the cheapest location; where a location stands in parentheses it is sold out");
        co_return exit_done;
    }
};

struct audit_verb final : verb {
    bool adopts = false;

    void take(option_list& options) override {
        options.add({.name = "--adopt",
                     .help = "Take in what this log is not as far as: it is an older one (see slipway docs backup)",
                     .into = &adopts});
    }

    token_need token() const override { return token_need::kept; }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "event log to compare with");
        api_session session(in, database_use::work);
        return session.run([&](api_session& s) { return find_orphans(s); });
    }

private:
    // Each project's audit is an event: a person at a terminal sees how far it has come. Does not end by itself.
    static awaitable<void> show_how_far(api_session& s) {
        log_news news(s);
        bool seen = false;
        if (s.in().out.lively()) {
            const auto begun = co_await news.begin();
            seen = begun.has_value();
        }
        for (std::size_t compared = 0;;) {
            co_await s.clock().sleep(std::chrono::milliseconds{250});
            if (!seen) continue;
            const auto records = co_await news.next();
            if (!records) continue;
            for (const ordered_json& record : *records) compared += text_of(record, "type") == audited::name ? 1 : 0;
            s.in().out.status(fmt::format("{} {} compared", compared, compared == 1 ? "project" : "projects"));
        }
    }

    awaitable<int> find_orphans(api_session& s) const {
        using namespace boost::asio::experimental::awaitable_operators;
        const std::string which = adopts ? "/v1/audit?adopt=true" : "/v1/audit";
        auto asked = s.ask("POST", which);
        auto meanwhile = show_how_far(s);
        auto first = std::move(asked) || std::move(meanwhile);
        const auto ended = co_await std::move(first);
        const api_answer& answer = std::get<0>(ended);
        if (!answer.good()) co_return answer.code;
        const ordered_json& findings = member_of(answer.document, "findings");
        const ordered_json& not_asked = member_of(answer.document, "not_asked");
        if (s.in().typed.json)
            s.in().out.result(document_text(answer.document));
        else if (!findings.empty())
            s.in().out.result(audit_table(findings));
        else if (not_asked.empty())
            s.in().out.note("nothing found: what is at Hetzner is what the log says");
        for (const ordered_json& sentence : not_asked)
            if (sentence.is_string()) s.in().out.complain("not asked: " + printable(sentence.get<std::string>()));
        co_return not_asked.empty() ? exit_done : exit_unreachable;
    }
};

}  // namespace

made_verb catalog_locations() { return std::make_unique<catalog_verb>("locations"); }
made_verb catalog_server_types() { return std::make_unique<catalog_verb>("server-types"); }
made_verb catalog_images() { return std::make_unique<catalog_verb>("images"); }
made_verb catalog_networks() { return std::make_unique<catalog_verb>("networks"); }
made_verb catalog_ssh_keys() { return std::make_unique<catalog_verb>("ssh-keys"); }
made_verb catalog_firewalls() { return std::make_unique<catalog_verb>("firewalls"); }

made_verb audit() { return std::make_unique<audit_verb>(); }

}  // namespace slipway::cli
