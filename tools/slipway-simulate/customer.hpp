// Somebody who wants one VM, directly or by a contract, and perhaps its end; who asks again until there is an answer,
// this computer or that one.
// One per stream, for as long as the simulated world lasts.
#pragma once

#include "adapters/simulated/computer.hpp"

#include <optional>
#include <set>
#include <string>

namespace slipway::simulated {

struct contract_terms {
    std::optional<timestamp> expires_at;
    // So long after it was accepted for the first time, the marketplace says it once more, as if it were new.
    std::optional<milliseconds> accepted_again_after;
};

class customer {
public:
    customer(universe& u, invariants& rules, int number, vm_spec spec);

    // Before anything is asked for.
    void conclude(contract_terms terms) { terms_ = terms; }
    void request_after(milliseconds d);
    void end_after(milliseconds d) { end_after_ = d; }

    const stream_id& stream() const { return stream_; }
    bool refused() const { return refused_; }
    void end_now(int round);
    // The log has forgotten: whoever was promised something asks for it again, as for the first time.
    void forgotten();

private:
    void ask(const std::string& command);
    computer* somebody() const;  // null where nobody answers
    submission order(const std::string& command) const;
    void hear(const std::string& command, const result<receipt>& answer);

    universe& u_;
    invariants& rules_;
    std::string number_;
    vm_spec spec_;
    std::optional<contract_terms> terms_;
    std::optional<milliseconds> end_after_;
    std::string end_reason_ = "asked";
    stream_id stream_;
    bool refused_ = false;
    bool was_forgotten_ = false;
    std::set<std::string> answered_;
};

}  // namespace slipway::simulated
