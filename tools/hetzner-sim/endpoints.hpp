// One simulated Hetzner Cloud endpoint without its sockets: who asks (token → project), how often (rate limit), which
// fault strikes, which route answers; and the simulator's own routes under /_sim. Keeps the log of requests.
//
// Owned by main, used by the HTTP server on its one thread. Pure: the time is passed in, in milliseconds since the
// epoch.
#pragma once

#include "tools/hetzner-sim/injected_faults.hpp"
#include "tools/hetzner-sim/rate_limit.hpp"
#include "tools/hetzner-sim/project.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sim {

struct service_settings {
    world_settings cloud;
    std::vector<std::string> tokens;  // empty: any token is accepted, each has a project of its own
    int requests_per_hour = 3600;
    std::uint64_t seed = 1;
};

class service {
public:
    explicit service(const service_settings& settings);

    // How long this request has to wait before `handle` (fault `delay`). Called once per request, before it.
    std::int64_t delay_for(const request& r);
    // How far the clock of its answer is behind.
    std::int64_t behind(const request& r);
    reply handle(const request& r, std::int64_t now);

    // The request log. `begin` when a request has been read, `end` when its answer was sent or thrown away.
    std::uint64_t begin(const request& r, double at_ms);
    void end(std::uint64_t number, int status, double at_ms);

    // Lets the world go on to `now`, late creations included.
    void advance(std::int64_t now);

    world& cloud() { return world_; }
    fault_set& faults() { return faults_; }

    json save() const;
    void load(const json& saved, std::int64_t now);

private:
    struct logged {
        std::string method, target;
        int project;  // -1: none
        double at_ms;
        std::optional<double> took_ms;
        int status = 0;  // 0: no answer
    };

    reply handle_api(const request& r, std::int64_t now);
    std::optional<reply> fault_before(const request& r, const occasion& at);
    std::vector<std::string> words_of(const request& r, const std::string& path, const std::string& key);
    reply route(const request& r, const std::string& path, project& mine, std::int64_t now);
    reply handle_own(const request& r, std::int64_t now);
    reply own_faults(const request& r, std::int64_t now);
    json state(std::int64_t now) const;
    json requests() const;
    // The key under which a token's project is kept: a hash, so that no token is ever stored or shown.
    std::optional<std::string> project_key(const std::string& token);
    int project_index(const std::string& key);
    rate_limit& bucket(const std::string& key);

    service_settings settings_;
    world world_;
    fault_set faults_;
    std::vector<std::string> project_keys_;  // in the order of --token, then of first use
    std::map<std::string, rate_limit> buckets_;
    std::deque<logged> log_;
    std::uint64_t log_start_ = 0;  // the number of log_.front()
    std::uint64_t correlation_ = 0;
};

}  // namespace slipway::sim
