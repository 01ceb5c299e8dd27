#include "tools/slipway-simulate/swarm.hpp"

#include <cstdio>

namespace slipway::simulated {

namespace {

constexpr std::array often{0.002, 0.01, 0.03, 0.1};

bool ends_the_process(fault f) {
    return f == fault::crash_before || f == fault::crash_after;
}

std::string percent(double p) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g%%", p * 100);
    return text.data();
}

}  // namespace

swarm_options draw(std::uint64_t seed, const std::optional<std::set<fault>>& only) {
    dice chance(seed ^ 0x5eed'0f'5a12'33ed);
    swarm_options o;
    const double density = chance.fraction();
    for (int i = 1; i < fault_count; ++i) {
        const auto f = static_cast<fault>(i);
        const bool on = chance.chance(density);
        const double rate = often[static_cast<std::size_t>(chance.between(0, 3))];
        if (!on || (only && !only->contains(f))) continue;
        o.rate[static_cast<std::size_t>(i)] = ends_the_process(f) ? rate / 20 : rate;
    }
    o.ends_early = chance.fraction();
    o.shares_key = chance.fraction();
    o.taken_name = chance.chance(0.3) ? 0.2 : 0;
    o.no_recipe = chance.chance(0.5) ? 0.3 : 0;
    o.clock_jumps = chance.chance(0.3);
    o.restarts = chance.chance(0.3);
    o.down_at_most_ms = chance.chance(0.5) ? 2'000 : 120'000;
    o.contracts = chance.fraction();
    o.expires = chance.fraction();
    o.accepted_twice = chance.fraction();
    o.pauses = chance.chance(0.4);
    constexpr std::array scarce{150, 300, 600, 1200};
    if (chance.chance(0.3)) o.requests_per_hour = scarce[static_cast<std::size_t>(chance.between(0, 3))];
    o.outages = chance.chance(0.2);
    o.restores = chance.chance(0.2);
    o.copies = chance.chance(0.2);
    return o;
}

std::vector<fault> kinds(const swarm_options& o) {
    std::vector<fault> all;
    for (int i = 1; i < fault_count; ++i)
        if (o.rate[static_cast<std::size_t>(i)] > 0) all.push_back(static_cast<fault>(i));
    return all;
}

std::string describe(const swarm_options& o) {
    std::string text = "faults:";
    for (const fault f : kinds(o)) {
        text += ' ';
        text += name(f);
        text += ' ';
        text += percent(o.rate[static_cast<std::size_t>(f)]);
    }
    if (kinds(o).empty()) text += " none";
    text += "; ends early ";
    text += percent(o.ends_early);
    text += ", shares a key ";
    text += percent(o.shares_key);
    text += ", name taken ";
    text += percent(o.taken_name);
    text += ", no recipe ";
    text += percent(o.no_recipe);
    text += ", contracts ";
    text += percent(o.contracts);
    text += " (expire ";
    text += percent(o.expires);
    text += ", accepted twice ";
    text += percent(o.accepted_twice);
    text += "), down at most ";
    text += std::to_string(o.down_at_most_ms);
    text += " ms, ";
    text += std::to_string(o.requests_per_hour);
    text += " requests an hour";
    if (o.clock_jumps) text += ", clock jumps";
    if (o.restarts) text += ", restarts";
    if (o.pauses) text += ", pauses";
    if (o.outages) text += ", outages";
    if (o.restores) text += ", restores";
    if (o.copies) text += ", copies";
    return text;
}

swarm_faults::swarm_faults(const swarm_options& o, std::uint64_t seed) : chance_(seed ^ 0xfa17'5eed) {
    for (int i = 0; i < site_count; ++i) {
        chances& here = at_[static_cast<std::size_t>(i)];
        for (const fault f : possible(static_cast<site>(i))) {
            const double rate = o.rate[static_cast<std::size_t>(f)];
            if (rate <= 0) continue;
            here.any += rate;
            here.up_to.emplace_back(here.any, f);
        }
    }
}

fault swarm_faults::choose(site s) {
    if (calm) return fault::none;
    const chances& here = at_[static_cast<std::size_t>(s)];
    if (here.up_to.empty()) return fault::none;
    const double drawn = chance_.fraction();
    if (drawn >= here.any) return fault::none;
    for (const auto& [up_to, f] : here.up_to)
        if (drawn < up_to) return f;
    return fault::none;
}

}  // namespace slipway::simulated
