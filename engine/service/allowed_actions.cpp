#include "engine/service/allowed_actions.hpp"

#include <string_view>

namespace slipway::service {

namespace {

struct way_to_end {
    std::string_view action;
    std::string_view reason;  // end_vm's
    std::string_view opening;  // of the sentence about it
};

constexpr way_to_end ends_of_vms[] = {{"delete", "deleted", ""}};
constexpr way_to_end ends_of_contracts[] = {
    {"cancel", "cancelled", "The contract ends as cancelled. "},
    {"expire", "expired", "The contract ends as expired, now. "},
    {"payment-failed", "payment_failed", "The contract ends as not paid. "},
    {"retry-termination", "retry_termination", ""},
};

std::string what_ends(const vm_state& state) {
    const spine& d = state.data;
    if (state.in("termination_failed") || state.in("failed"))
        return "What is left of it at Hetzner is tried to be deleted again, at once.";
    if (!d.server) return d.server_may_exist() ? "It is no longer made, and a server that was asked for is deleted if it came to be."
                                               : "It is no longer made. It has no server so far.";
    return "Server " + std::to_string(d.server->id) + " (" + d.server->name + ") is deleted with all that is on it, for good; "
           "from then on it costs nothing.";
}

}  // namespace

std::vector<allowed_action> allowed_actions(const vm_state& state) {
    std::vector<allowed_action> allowed;
    const auto add = [&](const way_to_end& way) {
        // The others do the same there, and say it worse.
        const bool again = state.in("termination_failed") && state.kind() == contract_kind;
        if (again && way.reason != "retry_termination") return;
        slipway::end_vm end;
        end.reason = std::string(way.reason);
        if (!decide(state, end)) return;
        allowed.push_back({std::string(way.action), std::string(way.opening) + what_ends(state)});
    };
    if (state.kind() == contract_kind)
        for (const way_to_end& way : ends_of_contracts) add(way);
    if (state.kind() == vm_kind)
        for (const way_to_end& way : ends_of_vms) add(way);
    return allowed;
}

}  // namespace slipway::service
