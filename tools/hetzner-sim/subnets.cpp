#include "tools/hetzner-sim/subnets.hpp"

#include "engine/base/ip_address.hpp"
#include "tools/hetzner-sim/project.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace slipway::sim {

namespace {

std::string text_of(const ip_range& range) { return address_text(range.first) + "/" + std::to_string(range.bits); }

bool overlap(const ip_range& a, const ip_range& b) { return a.holds(b) || b.holds(a); }

bool is_free(const json& network, const ip_range& wanted) {
    for (const json& subnet : network["subnets"])
        if (const auto other = read_range(subnet["ip_range"]); other && overlap(*other, wanted)) return false;
    return true;
}

std::optional<ip_range> first_free(const json& network, const ip_range& whole) {
    ip_range candidate = whole;
    candidate.bits = std::max(whole.bits, 24);
    for (std::uint64_t offset = 0; offset < whole.size(); offset += candidate.size()) {
        candidate.first = whole.first + static_cast<std::uint32_t>(offset);
        if (is_free(network, candidate)) return candidate;
    }
    return std::nullopt;
}

}  // namespace

bool ip_range::holds(const ip_range& other) const {
    return other.bits >= bits && other.first >= first && other.first - first < size();
}

std::optional<ip_range> read_range(const json& text) {
    if (!text.is_string()) return std::nullopt;
    const std::string& range = text.get_ref<const std::string&>();
    const auto slash = std::min(range.find('/'), range.size());
    const std::string address = range.substr(0, slash);
    ip_range out;
    const char* end = range.data() + range.size();
    const auto [stopped, failed] = std::from_chars(range.data() + std::min(slash + 1, range.size()), end, out.bits);
    if (failed != std::errc() || stopped != end || out.bits < 8 || out.bits > 30 || !is_ipv4(address)) return std::nullopt;
    unsigned number = 0;  // of four in the address
    for (const char c : address + ".") {
        if (c == '.') out.first = out.first << 8 | std::exchange(number, 0u);
        else number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (out.first % out.size() != 0) return std::nullopt;
    return out;
}

std::optional<reply> add_subnet(json& network, const json& wanted) {
    if (!wanted.is_object() || !wanted.contains("type") || !wanted.contains("network_zone"))
        return invalid_field("subnets", "Missing data for required field.");
    const auto whole = read_range(network["ip_range"]);
    const json asked = wanted.value("ip_range", json(nullptr));
    const auto range = !whole || !asked.is_null() ? read_range(asked) : first_free(network, *whole);
    if (!whole || !range || !whole->holds(*range) || !is_free(network, *range))
        return invalid_field("ip_range", "subnet is not free, or not in the network's range");
    json subnet = {{"type", wanted["type"] == "server" ? json("cloud") : wanted["type"]},
                   {"ip_range", text_of(*range)},
                   {"network_zone", wanted["network_zone"]},
                   {"gateway", address_text(whole->first + 1)},
                   {"vswitch_id", wanted.value("vswitch_id", json(nullptr))}};
    network["subnets"].push_back(std::move(subnet));
    return std::nullopt;
}

std::optional<std::string> free_address(const json& network, const std::string& zone, const std::set<std::string>& taken) {
    const auto whole = read_range(network["ip_range"]);
    for (const json& subnet : network["subnets"]) {
        const auto range = read_range(subnet["ip_range"]);
        if (!range || !whole || subnet["network_zone"] != zone || subnet["type"] == "vswitch") continue;
        // Neither the range's own address, nor the network's gateway, nor the broadcast address.
        for (std::uint64_t i = 1; i + 1 < range->size(); ++i) {
            const std::uint32_t address = range->first + static_cast<std::uint32_t>(i);
            const std::string text = address_text(address);
            if (address != whole->first + 1 && !taken.contains(text)) return text;
        }
    }
    return std::nullopt;
}

}  // namespace slipway::sim
