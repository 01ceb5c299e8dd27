#include "engine/service/audit.hpp"

#include "engine/runtime/ownership.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

namespace slipway::service {

namespace {

std::map<std::string, const stream_view*> by_stream(const std::vector<stream_view>& lives) {
    std::map<std::string, const stream_view*> out;
    for (const stream_view& l : lives) out[l.stream.text] = &l;
    return out;
}

bool has_server(const stream_view& l, std::int64_t id) {
    const spine& d = l.state.data;
    // While a request may still make or have made one, any server of the stream's may be its own.
    return (d.server && d.server->id == id) || d.servers_in_doubt() > 0;
}

bool has_key(const stream_view& l, std::int64_t id) {
    const spine& d = l.state.data;
    return (d.key && d.key->id == id) || d.keys_in_doubt() > 0;
}

}  // namespace

std::vector<audit_finding> compare(const std::string& install_id, const std::string& provider,
                                   const inventory& at_hetzner, const std::vector<stream_view>& before,
                                   const std::vector<stream_view>& after, const slipway::catalog* prices) {
    std::vector<audit_finding> found;
    const auto was = by_stream(before);
    const auto is = by_stream(after);
    const auto of_provider = [&](const stream_view& l) { return l.state.data.spec.provider == provider; };

    std::set<std::pair<resource_kind, std::int64_t>> there, leaked;
    for (const cloud_server& server : at_hetzner.servers) there.emplace(resource_kind::server, server.id);
    for (const cloud_resource& key : at_hetzner.ssh_keys) there.emplace(resource_kind::ssh_key, key.id);
    for (const stream_view& l : after)
        for (const leak& left : l.state.data.leaked) leaked.emplace(left.kind, left.id);

    for (const cloud_server& server : at_hetzner.servers) {
        if (leaked.contains({resource_kind::server, server.id})) continue;
        audit_finding f;
        f.kind = resource_kind::server;
        f.id = server.id;
        f.name = server.name;
        f.stream = label_of(server.labels, label_stream);
        f.cost_per_day = cost_per_day(prices, server.server_type, server.location);
        const auto owner = is.find(f.stream);
        const auto owned_before = was.find(f.stream);
        const bool foreign = label_of(server.labels, label_install) != install_id;
        const bool is_held = owner != is.end() && owner->second->state.data.held;
        if (!foreign && (is_held || at_hetzner.ahead.contains(server.id))) {
            f.what = finding_kind::ahead;
            found.push_back(std::move(f));
            continue;
        }
        if (!foreign && owner != is.end() && has_server(*owner->second, server.id)) continue;
        // Deleted while the inventory was on its way.
        if (!foreign && owned_before != was.end() && has_server(*owned_before->second, server.id)) continue;
        f.what = foreign ? finding_kind::foreign : finding_kind::orphan;
        found.push_back(std::move(f));
    }
    for (const stream_view& l : after) {
        if (!of_provider(l)) continue;
        for (const leak& left : l.state.data.leaked) {
            if (left.id != 0 && !there.contains({left.kind, left.id})) continue;  // gone by now
            audit_finding f;
            f.what = finding_kind::leaked;
            f.kind = left.kind;
            f.id = left.id;
            f.name = left.name;
            f.stream = l.stream.text;
            if (const auto* server = l.state.data.known_server(); server && left.kind == resource_kind::server)
                f.cost_per_day = cost_per_day(prices, server->server_type, server->location);
            found.push_back(std::move(f));
        }
    }
    for (const stream_view& l : after) {
        const auto& server = l.state.data.server;
        if (!server || !of_provider(l)) continue;
        const auto earlier = was.find(l.stream.text);
        const bool had = earlier != was.end() && earlier->second->state.data.server == server;
        // One that is being deleted is gone before this process hears of it.
        const bool ending = l.state.in("terminating") || l.state.in("cleaning_up");
        if (!had || ending || there.contains({resource_kind::server, server->id}) ||
            leaked.contains({resource_kind::server, server->id}))
            continue;
        audit_finding f;
        f.what = finding_kind::vanished;
        f.kind = resource_kind::server;
        f.id = server->id;
        f.name = server->name;
        f.stream = l.stream.text;
        found.push_back(std::move(f));
    }
    // Whose a key is, only a log that is as far can say.
    const bool is_older = !at_hetzner.ahead.empty();
    for (const cloud_resource& key : at_hetzner.ssh_keys) {
        if (is_older) break;
        if (label_of(key.labels, label_install) != install_id || leaked.contains({resource_kind::ssh_key, key.id}))
            continue;
        const auto uses = [&](const stream_view& l) { return has_key(l, key.id); };
        if (std::any_of(after.begin(), after.end(), uses) || std::any_of(before.begin(), before.end(), uses)) continue;
        audit_finding f;
        f.what = finding_kind::orphan;
        f.kind = resource_kind::ssh_key;
        f.id = key.id;
        f.name = key.name;
        f.stream = label_of(key.labels, label_stream);
        found.push_back(std::move(f));
    }
    return found;
}

std::string cost_per_day(const slipway::catalog* prices, const std::string& type, const std::string& location) {
    const auto quote = prices ? price_of(*prices, type, location) : std::nullopt;
    if (!quote || quote->hourly.net.empty()) return {};
    return fmt::format("{:.4f} {} net", 24 * std::strtod(quote->hourly.net.c_str(), nullptr), quote->currency);
}

std::string advice_on(const audit_finding& f) {
    const std::string what = (f.kind == resource_kind::server ? "server " : "SSH key ") + std::to_string(f.id);
    switch (f.what) {
        case finding_kind::vanished:
            return "Somebody deleted the " + what +
                   " at Hetzner: end its contract or VM here, and order a new one if it is still needed.";
        case finding_kind::leaked:
            return "Try again with slipway contract retry-termination (or slipway server delete), or delete the " +
                   what + " in the Hetzner Console.";
        case finding_kind::foreign:
            return "Another installation of slipway made the " + what +
                   ": look there; if its database is lost, delete it in the Hetzner Console.";
        case finding_kind::ahead:
            return "This event log is older than the " + what +
                   " (a backup that was restored, or a copy beside another one): nothing is ordered or ended here "
                   "because of it. If this is the log to go on with: slipway audit --adopt";
        case finding_kind::orphan:
            break;
    }
    return "Nothing here needs the " + what + " any more: look at it, and delete it in the Hetzner Console.";
}

}  // namespace slipway::service
