#include "adapters/cli/kamal/deploy_file.hpp"

#include "adapters/cli/kamal/hosts.hpp"
#include "adapters/cli/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace slipway::cli::kamal {

namespace {

using places = std::vector<host_place>;

std::string listed(const places& from) {
    std::set<std::string> seen;
    std::string text;
    for (const host_place& p : from)
        if (!p.host.empty() && seen.insert(p.host).second) text += (text.empty() ? "" : ", ") + p.host;
    return text.empty() ? "none" : text;
}

std::set<std::string> distinct_placeholders(const places& from, const std::string* role) {
    std::set<std::string> out;
    for (const host_place& p : from)
        if (is_placeholder(p.host) && (role == nullptr || p.role == *role)) out.insert(p.host);
    return out;
}

struct choice {
    std::string host;
    std::string why_not;
};

choice no(std::string why) {
    return {"", std::move(why)};
}

choice choose(const host_list& hosts) {
    if (hosts.places.empty()) return no(hosts.trouble.empty() ? "no host is named under servers" : hosts.trouble);
    const auto& all = hosts.places;
    const bool one = std::all_of(all.begin(), all.end(), [&](const host_place& p) { return p.host == all[0].host; });
    if (one && hosts.trouble.empty()) {
        if (all[0].host.empty()) return no("its host is not replaced: " + all[0].trouble);
        return {all[0].host, ""};
    }
    const auto first = distinct_placeholders(all, &hosts.primary_role);
    const auto candidates = first.empty() ? distinct_placeholders(all, nullptr) : first;
    if (candidates.size() == 1) return {*candidates.begin(), ""};
    if (candidates.empty() && !hosts.trouble.empty()) return no(hosts.trouble);
    return no(fmt::format("it names several hosts ({}){}; name the one to replace with --kamal-host", listed(all),
                          candidates.empty() ? ", and none of them is a placeholder" : ""));
}

choice named(const host_list& hosts, std::string_view host) {
    for (const host_place& p : hosts.places)
        if (p.host == host) return {p.host, ""};
    return no(fmt::format("it names no host {} (hosts: {})", host, listed(hosts.places)));
}

// What the file would be read as is what was wanted, or it is not written.
bool as_wanted(const host_list& before, std::string_view bytes, const std::string& host, std::string_view address) {
    const auto after = find_hosts(bytes);
    const auto* now = std::get_if<host_list>(&after);
    if (now == nullptr || now->places.size() != before.places.size()) return false;
    for (std::size_t i = 0; i < now->places.size(); ++i) {
        const host_place &old = before.places[i], &current = now->places[i];
        if (current.role != old.role || current.host != (old.host == host ? address : old.host)) return false;
    }
    return true;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

}  // namespace

edit put_address(std::string_view file, std::string_view address, std::string_view instead_of) {
    if (!is_ipv4(address)) return unchanged{"only an IPv4 address can be put there"};
    const auto found = find_hosts(file);
    if (const auto* why = std::get_if<std::string>(&found)) return unchanged{*why};
    const auto& hosts = std::get<host_list>(found);
    for (const host_place& p : hosts.places)
        if (p.host == address) return unchanged{"it has the address already", true};
    const choice chosen = instead_of.empty() ? choose(hosts) : named(hosts, instead_of);
    if (!chosen.why_not.empty()) return unchanged{chosen.why_not};

    places at;
    for (const host_place& p : hosts.places) {
        if (p.host != chosen.host) continue;
        if (!p.trouble.empty()) return unchanged{fmt::format("{} is not replaced: {}", p.host, p.trouble)};
        const bool twice = std::any_of(at.begin(), at.end(), [&](const host_place& o) { return o.role == p.role; });
        if (twice) return unchanged{fmt::format("role {} names {} twice", p.role, p.host)};
        at.push_back(p);
    }
    std::sort(at.begin(), at.end(), [](const host_place& a, const host_place& b) { return a.begin > b.begin; });
    changed out;
    out.bytes = file;
    out.instead = chosen.host;
    for (const host_place& p : at) out.bytes.replace(p.begin, p.end - p.begin, address);
    if (!as_wanted(hosts, out.bytes, chosen.host, address))
        return unchanged{fmt::format("{} cannot be exchanged without changing more than it", chosen.host)};
    return out;
}

std::string line_diff(const std::string& name, std::string_view before, std::string_view after) {
    const auto old = lines_of(before), now = lines_of(after);
    std::string text = fmt::format("--- {}\n+++ {}\n", name, name);
    const std::size_t count = std::min(old.size(), now.size());
    const auto differs = [&](std::size_t i) { return i < count && old[i] != now[i]; };
    const auto near = [&](std::size_t i) { return differs(i) || differs(i + 1) || (i > 0 && differs(i - 1)); };
    for (std::size_t i = 0; i < count;) {
        if (!near(i)) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < count && near(end)) ++end;
        text += fmt::format("@@ -{},{} +{},{} @@\n", i + 1, end - i, i + 1, end - i);
        for (; i < end; ++i) {
            if (differs(i))
                text += "-" + printable(old[i]) + "\n+" + printable(now[i]) + "\n";
            else
                text += " " + printable(old[i]) + "\n";
        }
    }
    return text;
}

}  // namespace slipway::cli::kamal
