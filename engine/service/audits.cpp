// The marketplace's looking half: catalog, audit, events, readiness, metrics.
#include "engine/service/audit.hpp"
#include "engine/service/marketplace.hpp"
#include "engine/runtime/ownership.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;
using nlohmann::ordered_json;

namespace {

// A record may hold a recipe of 64 KiB: an answer ends early rather than holding them all.
constexpr std::size_t read_at_once = 256;
constexpr std::size_t most_bytes = 4u << 20;

ordered_json types_json(const catalog& from) {
    ordered_json all = ordered_json::array();
    for (const server_type& type : from.server_types) {
        ordered_json j = ordered_json::object();
        j["name"] = type.name;
        j["description"] = type.description;
        j["architecture"] = type.architecture;
        j["cpu"] = type.cpu;
        j["cores"] = type.cores;
        j["memory_gb"] = type.memory_gb;
        j["disk_gb"] = type.disk_gb;
        ordered_json places = ordered_json::array();
        for (const offer& offer : type.offers) {
            if (!offer.sold) continue;
            ordered_json o = ordered_json::object();
            o["location"] = offer.location;
            o["available"] = offer.available;
            o["until"] = offer.unavailable_after ? ordered_json(to_rfc3339(*offer.unavailable_after)) : ordered_json();
            const auto quote = price_of(from, type.name, offer.location);
            o["hourly_net"] = quote ? ordered_json(quote->hourly.net) : ordered_json();
            o["monthly_net"] = quote ? ordered_json(quote->monthly.net) : ordered_json();
            places.push_back(std::move(o));
        }
        j["locations"] = std::move(places);
        all.push_back(std::move(j));
    }
    return all;
}

ordered_json locations_json(const catalog& from) {
    ordered_json all = ordered_json::array();
    for (const location& place : from.locations) {
        ordered_json j = ordered_json::object();
        j["name"] = place.name;
        j["description"] = place.description;
        j["country"] = place.country;
        j["city"] = place.city;
        j["network_zone"] = place.network_zone;
        all.push_back(std::move(j));
    }
    return all;
}

ordered_json images_json(const catalog& from) {
    ordered_json all = ordered_json::array();
    for (const image& image : from.images) {
        ordered_json j = ordered_json::object();
        j["id"] = image.id;
        j["name"] = image.name;
        j["description"] = image.description;
        j["architecture"] = image.architecture;
        j["type"] = image.type;
        j["deprecated"] = image.deprecated.has_value();
        all.push_back(std::move(j));
    }
    return all;
}

ordered_json resources_json(const std::vector<cloud_resource>& from) {
    ordered_json all = ordered_json::array();
    for (const cloud_resource& one : from) {
        ordered_json j = ordered_json::object();
        j["id"] = one.id;
        j["name"] = one.name;
        j["detail"] = one.detail;
        all.push_back(std::move(j));
    }
    return all;
}

finding finding_of(const audit_finding& f, const std::string& provider) {
    finding out;
    out.what = f.what;
    out.provider = provider;
    out.kind = f.kind;
    out.id = f.id;
    out.name = f.name;
    out.stream = f.stream;
    out.cost_per_day = f.cost_per_day;
    out.advice = advice_on(f);
    return out;
}

}  // namespace

answering<ordered_json> marketplace::catalog(std::string provider) {
    if (provider.empty()) provider = direct_project;
    auto project = co_await project_of(provider);
    if (!project) co_return project.error();
    const auto catalog = co_await (*project)->catalog();
    if (!catalog) co_return failure_of(catalog.error());
    ordered_json out = ordered_json::object();
    out["currency"] = (*catalog)->currency;
    out["fetched_at"] = to_rfc3339((*catalog)->fetched_at);
    out["locations"] = locations_json(**catalog);
    out["server_types"] = types_json(**catalog);
    out["images"] = images_json(**catalog);
    static constexpr const char* kinds[] = {"networks", "ssh_keys", "firewalls"};
    for (const char* kind : kinds) {
        const auto listed = co_await (*project)->list_resources(kind);
        if (!listed) co_return failure_of(listed.error());
        out[kind] = resources_json(*listed);
    }
    // JSON converts to and from nearly everything: it has to be said which of the two it is.
    co_return answer<ordered_json>(boost::system::in_place_value, std::move(out));
}

answering<audit_report> marketplace::audit(origin from) {
    auto report = co_await audit_all(from.actor);
    co_return report;
}

awaitable<audit_report> marketplace::audit_all(std::string actor) {
    audit_report report;
    report.at = with_.clock.now();
    for (const std::string& provider : with_.projects.names()) {
        const auto found = co_await audit_one(provider, actor);
        if (!found) {
            report.not_asked.push_back("project of " + provider + ": " + found.error().message);
            continue;
        }
        for (const audit_finding& f : *found) report.findings.push_back(finding_of(f, provider));
    }
    last_audit_ = report;
    co_return report;
}

awaitable<result<std::vector<audit_finding>>> marketplace::audit_one(std::string provider, std::string actor) {
    const auto project = with_.projects.project(provider);
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
    order.actor = actor;
    const auto written = co_await with_.engine.submit(std::move(order));
    if (!written) co_return written.error();
    for (const audit_finding& f : audit.findings)
        spdlog::warn("audit of {}: {} {} {} ({})", provider, f.what, f.kind, f.id, f.name);
    co_return audit.findings;
}

answering<std::vector<event_record>> marketplace::events(std::uint64_t after, std::string stream,
                                                              std::size_t limit) {
    if (stream.empty()) {
        std::vector<event_record> all;
        std::size_t bytes = 0;
        while (all.size() < limit && bytes < most_bytes) {
            auto records = co_await with_.log.read_all(after, std::min(limit - all.size(), read_at_once));
            if (!records) co_return failure_of(records.error());
            if (records->empty()) break;
            after = records->back().seq;
            for (event_record& record : *records) {
                bytes += record.data.size();
                all.push_back(std::move(record));
            }
        }
        co_return all;
    }
    stream_id id;
    id.text = std::move(stream);
    auto records = co_await with_.log.read_stream(id, 0);
    if (!records) co_return failure_of(records.error());
    std::vector<event_record> later;
    for (event_record& record : *records)
        if (record.seq > after && later.size() < limit) later.push_back(std::move(record));
    co_return later;
}

void marketplace::appended(std::uint64_t last_seq) {
    last_seq_ = std::max(last_seq_, last_seq);
    trouble_.clear();
    news_.notify();
}

awaitable<void> marketplace::events_after(std::uint64_t after) {
    // What earlier processes have written is not in last_seq_.
    const auto there = co_await with_.log.read_all(after, 1);
    if (there && !there->empty()) co_return;
    while (last_seq_ <= after) co_await news_.wait();
}

health marketplace::ready() {
    health out;
    out.ready = trouble_.empty();
    out.why = trouble_;
    return out;
}

awaitable<std::string> marketplace::metrics() {
    std::string text;
    head_filter live;
    live.live_only = true;
    const auto heads = co_await with_.log.heads(live);
    if (heads) {
        std::map<std::pair<std::string, std::string>, std::size_t> counts;
        for (const stream_head& head : *heads) ++counts[{head.kind, head.state}];
        text += "# HELP slipway_streams VMs and contracts that have not ended, by state.\n# TYPE slipway_streams gauge\n";
        for (const auto& [what, count] : counts)
            text += fmt::format("slipway_streams{{kind=\"{}\",state=\"{}\"}} {}\n", what.first, what.second, count);
    }
    text += "# HELP slipway_log_writable Whether the event log could be written when that was last tried.\n"
            "# TYPE slipway_log_writable gauge\n";
    text += fmt::format("slipway_log_writable {}\n", trouble_.empty() ? 1 : 0);
    text += "# HELP slipway_events_appended_seq Sequence number of the last event that this process appended.\n"
            "# TYPE slipway_events_appended_seq gauge\n";
    text += fmt::format("slipway_events_appended_seq {}\n", last_seq_);
    text += "# HELP slipway_hetzner_requests_left What is left of a project's request budget, as reckoned.\n"
            "# TYPE slipway_hetzner_requests_left gauge\n";
    for (const std::string& provider : with_.projects.names())
        if (const auto project = with_.projects.project(provider))
            text += fmt::format("slipway_hetzner_requests_left{{provider=\"{}\"}} {:.0f}\n", provider,
                                (*project)->budget().left());
    text += "# HELP slipway_provider_token_works Whether Hetzner took the provider's token when it was last shown.\n"
            "# TYPE slipway_provider_token_works gauge\n";
    for (const std::string& provider : with_.projects.names())
        text += fmt::format("slipway_provider_token_works{{provider=\"{}\"}} {}\n", provider,
                            token_trouble_.contains(provider) ? 0 : 1);
    co_return text;
}

}  // namespace slipway::service
