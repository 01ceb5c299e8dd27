#include "engine/service/resource_choice.hpp"

#include "engine/service/catalog_rules.hpp"
#include "engine/service/near_names.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::service {

namespace {

using resources = std::vector<cloud_resource>;

struct kind {
    std::string_view field;
    std::string_view one;
    std::string_view several;
};

constexpr kind network_kind{"network", "network", "networks"};
constexpr kind firewall_kind{"firewalls", "firewall", "firewalls"};
constexpr kind ssh_key_kind{"ssh_key", "SSH key", "SSH keys"};
constexpr kind default_firewall_kind{"firewall", "firewall", "firewalls"};  // of which there is only one

constexpr std::size_t most_listed = 25;

const cloud_resource* with_id(const resources& there, std::int64_t id) {
    const auto found = std::find_if(there.begin(), there.end(), [&](const cloud_resource& one) { return one.id == id; });
    return found == there.end() ? nullptr : &*found;
}

std::string called(const cloud_resource& one) { return one.name + " (" + std::to_string(one.id) + ")"; }

// "11 backend (10.0.0.0/16), 12 storage (10.1.0.0/16)"
std::string list_of(const resources& there) {
    std::string text;
    for (std::size_t i = 0; i < std::min(there.size(), most_listed); ++i) {
        const cloud_resource& one = there[i];
        text += (i == 0 ? "" : ", ") + std::to_string(one.id) + " " + one.name;
        if (!one.detail.empty()) text += " (" + one.detail + ")";
    }
    if (there.size() > most_listed) text += " and " + std::to_string(there.size() - most_listed) + " more";
    return text;
}

std::string what_there_is(const kind& of, const resources& there) {
    if (there.empty()) return "it has no " + std::string(of.one) + " at all";
    return "it has " + list_of(there);
}

// Collects what is wrong, so that nobody has to try three times to hear all of it.
struct complaints {
    std::vector<field_error> all;

    void add(const kind& about, std::string sentence) {
        field_error wrong;
        wrong.field = std::string(about.field);
        wrong.detail = std::move(sentence);
        all.push_back(std::move(wrong));
    }
    failure told() && {
        failure out;
        out.kind = error_kind::usage;
        for (const field_error& one : all) out.message += (out.message.empty() ? "" : "\n") + one.detail;
        out.fields = std::move(all);
        return out;
    }
};

const cloud_resource* named(const kind& of, const resources& there, std::int64_t id, complaints& wrong) {
    const cloud_resource* found = with_id(there, id);
    if (found == nullptr)
        wrong.add(of, "the Hetzner project has no " + std::string(of.one) + " " + std::to_string(id) + ": " +
                          what_there_is(of, there));
    return found;
}

// The rules for what was not named. Null: none.
const cloud_resource* by_rule(const kind& of, const resources& there, const std::optional<std::int64_t>& preferred,
                              complaints& wrong) {
    if (there.empty()) return nullptr;
    if (there.size() == 1) return &there.front();
    if (preferred == 0) return nullptr;
    const std::string many =
        "the Hetzner project has " + std::to_string(there.size()) + " " + std::string(of.several) + ": " + list_of(there);
    if (!preferred) {
        wrong.add(of, many + ". Name the one to take by its id, or set a default");
        return nullptr;
    }
    const cloud_resource* found = with_id(there, *preferred);
    if (found == nullptr)
        wrong.add(of, "the default " + std::string(of.one) + " " + std::to_string(*preferred) +
                          " does not exist any more; " + many + ". Name the one to take by its id, or set another default");
    return found;
}

void choose_firewalls(const vm_input& input, const project_lists& there, const user_defaults& defaults,
                      chosen_resources& out, complaints& wrong) {
    if (!input.firewalls) {
        if (const auto* one = by_rule(firewall_kind, there.firewalls, defaults.firewall, wrong))
            out.firewalls.push_back(*one);
        return;
    }
    for (const std::int64_t id : *input.firewalls) {
        if (with_id(out.firewalls, id) != nullptr) continue;
        if (const auto* one = named(firewall_kind, there.firewalls, id, wrong)) out.firewalls.push_back(*one);
    }
    if (out.firewalls.size() > most_firewalls)
        wrong.add(firewall_kind, "a server has at most " + std::to_string(most_firewalls) + " firewalls at Hetzner, and " +
                                     std::to_string(out.firewalls.size()) + " are named");
}

std::vector<std::string> zones_in_order(const cloud_resource& network) {
    std::vector<std::string> zones = network.zones;
    std::sort(zones.begin(), zones.end());
    zones.erase(std::unique(zones.begin(), zones.end()), zones.end());
    return zones;
}

}  // namespace

bool needs_networks(const vm_input& input) { return input.network != 0; }

bool needs_firewalls(const vm_input& input) { return !input.firewalls || !input.firewalls->empty(); }

bool needs_ssh_keys(const vm_input& input) { return input.public_key.empty(); }

answer<chosen_resources> choose_resources(const vm_input& input, const project_lists& there,
                                          const user_defaults& defaults) {
    chosen_resources out;
    complaints wrong;
    if (needs_networks(input)) {
        const auto* network = input.network ? named(network_kind, there.networks, *input.network, wrong)
                                            : by_rule(network_kind, there.networks, defaults.network, wrong);
        if (network != nullptr) out.network = *network;
    }
    if (needs_firewalls(input)) choose_firewalls(input, there, defaults, out, wrong);
    if (needs_ssh_keys(input)) {
        const bool none = !input.ssh_key_id && there.ssh_keys.empty();
        if (none)
            wrong.add(ssh_key_kind, "the Hetzner project has no SSH key, and without one nobody could log in: add one in "
                                    "the Hetzner Console, under Security, and try again");
        const auto* key = input.ssh_key_id ? named(ssh_key_kind, there.ssh_keys, *input.ssh_key_id, wrong)
                                           : by_rule(ssh_key_kind, there.ssh_keys, defaults.ssh_key, wrong);
        if (key != nullptr) out.ssh_key = *key;
    }
    if (!wrong.all.empty()) return std::move(wrong).told();
    return out;
}

answer<std::vector<candidate>> within_reach(const cloud_resource& network, const slipway::catalog& from,
                                            std::vector<candidate> all) {
    const auto zones = zones_in_order(network);
    std::vector<std::string> outside;  // "ash is in us-east"
    const auto out_of_reach = [&](const candidate& one) {
        const location* place = find_location(from, one.location);
        const std::string zone = place == nullptr ? "" : place->network_zone;
        if (std::find(zones.begin(), zones.end(), zone) != zones.end()) return false;
        const std::string sentence = one.location + " is in " + (zone.empty() ? "none that is known" : zone);
        if (std::find(outside.begin(), outside.end(), sentence) == outside.end()) outside.push_back(sentence);
        return true;
    };
    all.erase(std::remove_if(all.begin(), all.end(), out_of_reach), all.end());
    if (!all.empty()) return all;
    complaints wrong;
    if (zones.empty())
        wrong.add(network_kind, "the network " + called(network) + " has no subnet that a server could be attached to: add "
                                    "one in the Hetzner Console, or take another network or none");
    else
        wrong.add(network_kind, "the network " + called(network) + " has subnets in the network zone " +
                                    listed(zones, "and", 12) + " only, and " +
                                    listed(outside, "and", 12) +
                                    ": choose another location, another network, or none");
    return std::move(wrong).told();
}

answer<void> check_defaults(const defaults_input& input, const project_lists& there) {
    complaints wrong;
    const auto check = [&](const kind& of, const resources& among, const std::optional<std::int64_t>& id) {
        if (id && *id != 0) named(of, among, *id, wrong);
    };
    check(network_kind, there.networks, input.network);
    check(default_firewall_kind, there.firewalls, input.firewall);
    check(ssh_key_kind, there.ssh_keys, input.ssh_key);
    if (input.ssh_key == 0) wrong.add(ssh_key_kind, "a VM needs an SSH key: name one by its id");
    if (!wrong.all.empty()) return std::move(wrong).told();
    return answer<void>();
}

}  // namespace slipway::service
