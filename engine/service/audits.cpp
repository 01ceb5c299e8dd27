// The marketplace's audits: every project's inventory is compared with the log, and the difference is written down.
#include "engine/model/codec.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/service/audit.hpp"
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;

namespace {

void add(audit_report& report, const std::string& provider, const std::vector<audit_finding>& findings) {
    for (const audit_finding& f : findings) report.findings.push_back(finding{f, provider, advice_on(f)});
}

}  // namespace

answering<audit_report> marketplace::audit(origin from) {
    audit_report report;
    report.at = with_.clock.now();
    auto providers = co_await with_.projects.names();
    if (!providers) co_return failure_of(providers.error());
    for (const std::string& provider : *providers) {
        const auto found = co_await audit_one(provider, from.actor);
        if (found)
            add(report, provider, *found);
        else
            report.not_asked.push_back("project of " + provider + ": " + found.error().message);
    }
    last_audit_ = report;
    co_return report;
}

// What an earlier process has found is in the log: the latest of each project.
answering<std::optional<audit_report>> marketplace::last_audit(origin) {
    if (last_audit_) co_return last_audit_;
    head_filter filter;
    filter.kind = std::string(audit_kind);
    auto heads = co_await with_.log.heads(filter);
    if (!heads) co_return failure_of(heads.error());
    std::optional<audit_report> report;
    for (const stream_head& head : *heads) {
        auto records = co_await with_.log.read_stream(head.stream, head.version - 1);
        if (!records) co_return failure_of(records.error());
        if (records->empty()) continue;
        const event_record& last = records->back();
        const auto event = decode(last.type, last.schema_version, last.data);
        const auto* found = event ? std::get_if<audited>(&*event) : nullptr;
        if (!found) continue;
        if (!report) report.emplace();
        report->at = std::max(report->at, last.at);
        add(*report, found->provider, found->findings);
    }
    last_audit_ = report;
    co_return report;
}

awaitable<result<std::vector<audit_finding>>> marketplace::audit_one(std::string provider, std::string actor) {
    if (with_.engine == nullptr)
        co_return make_error(error_kind::refused, "what an audit finds is written down, and this process only reads");
    const auto project = co_await with_.projects.find(provider);
    if (!project) co_return project.error();
    const auto before = co_await live_ones();
    if (!before) co_return before.error();
    inventory there;
    auto servers = co_await (*project)->list_servers(std::string(label_managed_by) + "=slipway");
    if (!servers) co_return make_error(error_kind::unreachable, servers.error().message);
    there.servers = *std::move(servers);
    auto keys = co_await (*project)->list_resources("ssh_keys");
    if (!keys) co_return make_error(error_kind::unreachable, keys.error().message);
    there.ssh_keys = *std::move(keys);
    const auto after = co_await live_ones();
    if (!after) co_return after.error();
    const auto prices = co_await (*project)->catalog();
    audited audit;
    audit.provider = provider;
    audit.findings =
        compare(with_.log.install_id(), provider, there, *before, *after, prices ? prices->get() : nullptr);

    submission order;
    record_audit command;
    command.audit = audit;
    order.command = std::move(command);
    order.actor = std::move(actor);
    const auto written = co_await with_.engine->submit(std::move(order));
    if (!written) co_return written.error();
    for (const audit_finding& f : audit.findings)
        spdlog::warn("audit of {}: {} {} {} ({})", provider, name(f.what), name(f.kind), f.id, f.name);
    co_return audit.findings;
}

}  // namespace slipway::service
