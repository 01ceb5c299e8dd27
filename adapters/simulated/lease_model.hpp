// Leases in memory: the store's side, with the store's clock. Outlives every process of the simulated world, as a
// database server does.
#pragma once

#include "engine/ports/leases.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace slipway::simulated {

class lease_model {
public:
    // None where somebody else holds it now.
    std::optional<lease> claim(const std::string& name, const std::string& holder, std::int64_t now);
    bool renew(const lease& held, const std::string& holder, std::int64_t now);
    void release(const lease& held, const std::string& holder);
    bool is_held(const std::string& name, std::int64_t now) const;
    bool is_held_by(const std::string& name, const std::string& holder, std::int64_t now) const;
    std::uint64_t epoch(const std::string& name) const;  // 0 where nobody ever took it

    static constexpr std::chrono::milliseconds duration{30'000};

private:
    struct entry {
        std::string holder;
        std::uint64_t epoch = 0;
        std::int64_t until = 0;  // ms, by the store's clock
    };
    bool is_holders(const lease& held, const std::string& holder) const;

    std::map<std::string, entry> entries_;
};

}  // namespace slipway::simulated
