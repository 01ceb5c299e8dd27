// The marketplace's audits: every project's inventory is compared with the log, and the difference is written down.
#include "engine/model/codec.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/service/audit.hpp"
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <set>
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
    const auto seen = co_await with_.engine->survey(provider, std::chrono::milliseconds{0});
    if (!seen) co_return seen.error();
    for (const cloud_server& server : (*seen)->ahead) there.ahead.insert(server.id);
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

answering<bool> marketplace::look_around(origin from) {
    auto providers = co_await with_.projects.names();
    if (!providers) co_return failure_of(providers.error());
    bool all = true;
    for (const std::string& provider : *providers) {
        const auto seen = co_await with_.engine->survey(provider);
        all = all && seen.has_value();
        if (!seen) continue;
        if (!(*seen)->is_older()) {
            audited_as_older_.erase(provider);
        } else if (audited_as_older_.insert(provider).second) {
            const auto told = co_await audit_one(provider, from.actor);
            if (!told) audited_as_older_.erase(provider);
        }
    }
    co_return all;
}

namespace {

// What Hetzner and its labels tell of a server; `keys` are those of its project that slipway has registered.
adopted what_is_known(const cloud_server& server, const std::vector<cloud_ssh_key>& keys) {
    adopted known;
    known.contract_id = label_of(server.labels, label_contract);
    const std::string expires = label_of(server.labels, label_expires);
    if (!expires.empty()) known.expires_at = timestamp{1000 * std::strtoll(expires.c_str(), nullptr, 10)};
    known.server_id = server.id;
    known.server_name = server.name;
    known.server_type = server.server_type;
    known.location = server.location;
    known.ipv4 = server.ipv4.value_or("");
    known.ipv6 = server.ipv6.value_or("");
    for (const cloud_ssh_key& key : keys) {
        if (label_of(key.labels, label_stream) != label_of(server.labels, label_stream)) continue;
        known.key_id = key.id;
        known.key_fingerprint = key.fingerprint;
    }
    return known;
}

}  // namespace

answering<audit_report> marketplace::adopt(origin from) {
    if (with_.engine == nullptr)
        co_return failure_of(error_kind::refused, "this process only reads the event log: adopting needs the one that writes it");
    auto providers = co_await with_.projects.names();
    if (!providers) co_return failure_of(providers.error());
    for (const std::string& provider : *providers) {
        const auto done = co_await adopt_in(provider, from.actor);
        if (!done) co_return failure_of(done.error());
    }
    co_return co_await audit(std::move(from));
}

awaitable<result<void>> marketplace::adopt_in(std::string provider, std::string actor) {
    const auto project = co_await with_.projects.find(provider);
    if (!project) co_return project.error();
    const auto seen = co_await with_.engine->survey(provider, std::chrono::milliseconds{0});
    if (!seen) co_return seen.error();
    std::vector<cloud_server> further = (*seen)->ahead;
    const auto lives = co_await live_ones();
    if (!lives) co_return lives.error();
    std::set<std::string> with_key;
    for (const stream_view& one : *lives) {
        if (one.state.data.key) with_key.insert(one.stream.text);
        if (!one.state.data.held || one.state.data.spec.provider != provider) continue;
        const std::string own = std::string(label_stream) + "=" + one.stream.text;
        auto servers = co_await (*project)->list_servers(own);
        if (!servers) co_return make_error(error_kind::unreachable, servers.error().message);
        for (cloud_server& server : *servers)
            if (is_ours(server, with_.log.install_id(), one.stream)) further.push_back(std::move(server));
    }
    if (further.empty()) co_return result<void>();
    const std::string install = std::string(label_install) + "=" + with_.log.install_id();
    const auto keys = co_await (*project)->list_ssh_keys(install);
    if (!keys) co_return make_error(error_kind::unreachable, keys.error().message);
    for (const cloud_server& server : further) {
        const std::string stream = label_of(server.labels, label_stream);
        if (!is_uuid(stream)) continue;
        adopt_server command;
        command.stream.text = stream;
        command.found = what_is_known(server, *keys);
        command.found.provider = provider;
        command.found.owner = actor;
        command.found.project = (*project)->token_mark();
        if (with_key.contains(stream)) command.found.key_id = 0;  // the log knows it
        submission order;
        order.command = std::move(command);
        order.actor = actor;
        const auto taken = co_await with_.engine->submit(std::move(order));
        if (!taken && taken.error().kind != error_kind::refused) co_return taken.error();
    }
    const auto again = co_await with_.engine->survey(provider, std::chrono::milliseconds{0});
    if (!again) co_return again.error();
    co_return result<void>();
}

}  // namespace slipway::service
