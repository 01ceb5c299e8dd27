#include "adapters/simulated/lease_model.hpp"

namespace slipway::simulated {

std::optional<lease> lease_model::claim(const std::string& name, const std::string& holder, std::int64_t now) {
    entry& e = entries_[name];
    if (e.until > now && e.holder != holder) return {};
    if (e.until <= now) {
        e.holder = holder;
        ++e.epoch;
    }
    e.until = now + duration.count();
    return lease{name, e.epoch};
}

bool lease_model::renew(const lease& held, const std::string& holder, std::int64_t now) {
    if (!is_holders(held, holder)) return false;
    entries_.at(held.name).until = now + duration.count();
    return true;
}

void lease_model::release(const lease& held, const std::string& holder) {
    if (is_holders(held, holder)) entries_.at(held.name).until = 0;
}

bool lease_model::is_held(const std::string& name, std::int64_t now) const {
    const auto it = entries_.find(name);
    return it != entries_.end() && it->second.until > now;
}

bool lease_model::is_held_by(const std::string& name, const std::string& holder, std::int64_t now) const {
    const auto it = entries_.find(name);
    return it != entries_.end() && it->second.until > now && it->second.holder == holder;
}

std::uint64_t lease_model::epoch(const std::string& name) const {
    const auto it = entries_.find(name);
    return it == entries_.end() ? 0 : it->second.epoch;
}

// One that has run out and that nobody has taken since is still its holder's.
bool lease_model::is_holders(const lease& held, const std::string& holder) const {
    const auto it = entries_.find(held.name);
    return it != entries_.end() && it->second.holder == holder && it->second.epoch == held.epoch &&
           it->second.until > 0;
}

}  // namespace slipway::simulated
