#include "adapters/cli/price_text.hpp"

#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/wording.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>

namespace slipway::cli {

using nlohmann::ordered_json;

namespace {

// "0.0074 EUR per hour, 4.49 EUR per month net (5.34 gross), IPv4 included"; empty where there is none.
std::string price_of(const ordered_json& candidate) {
    const ordered_json& price = member_of(candidate, "price");
    if (!price.is_object()) return {};
    const std::string currency = text_of(price, "currency");
    const ordered_json& monthly = member_of(price, "monthly");
    return fmt::format("{} {} per hour, {} {} per month net ({} gross){}", text_of(member_of(price, "hourly"), "net"),
                       currency, text_of(monthly, "net"), currency, text_of(monthly, "gross"),
                       member_of(price, "ipv4_included") == true ? ", IPv4 included" : "");
}

}  // namespace

std::string plan_text(const ordered_json& plan) {
    std::string names;
    for (const ordered_json& name : member_of(plan, "names"))
        if (name.is_string()) names += (names.empty() ? "" : ", ") + printable(name.get<std::string>());
    std::string lines;
    for (const ordered_json& one : member_of(plan, "candidates")) {
        const std::string price = price_of(one);
        lines += fmt::format("  {} in {}: {}\n", text_of(one, "server_type"), text_of(one, "location"),
                             price.empty() ? "Hetzner names no price" : price);
    }
    std::string with;
    if (const ordered_json& network = member_of(plan, "network"); network.is_object())
        with += "network: " + text_of(network, "name") + " (" + text_of(network, "id") + ")\n";
    for (const ordered_json& one : member_of(plan, "firewalls"))
        with += "firewall: " + text_of(one, "name") + " (" + text_of(one, "id") + ")\n";
    return fmt::format(
        "would create: {}\n{}price of each, tried in this order (every started hour is billed):\n{}POST /servers\n{}",
        names, with, lines, document_text(member_of(plan, "request")));
}

std::string price_lines(const ordered_json& plan, const std::vector<vm_view>& vms) {
    std::string lines;
    for (const vm_view& vm : vms) {
        const server_reference* server = vm.state.in("active") ? vm.state.data.known_server() : nullptr;
        if (server == nullptr) continue;
        for (const ordered_json& one : member_of(plan, "candidates")) {
            if (text_of(one, "server_type") != server->server_type || text_of(one, "location") != server->location)
                continue;
            const std::string price = price_of(one);
            const std::string line = fmt::format("{:<12} {}\n", "price", price);
            if (!price.empty() && lines.find(line) == std::string::npos) lines += line;
        }
    }
    return lines;
}

}  // namespace slipway::cli
