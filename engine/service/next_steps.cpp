#include "engine/service/next_steps.hpp"

#include "engine/machines/plan.hpp"
#include "engine/service/shortcomings.hpp"

namespace slipway::service {

namespace {

// While it goes on being tried, or when it was given up.
std::string_view remedy_for(failure_code code, bool goes_on) {
    switch (code) {
        case failure_code::unauthorized:
        case failure_code::forbidden:
        case failure_code::no_credentials:
            return "Give slipway a token of the same project that may read and write; it goes on by itself then.";
        case failure_code::other_project:
            return "Give slipway a token of the project that it was ordered in: the one that it has opens another.";
        case failure_code::quota:
            return "Delete servers of the project that are not needed, or ask Hetzner for a higher limit in its Console.";
        case failure_code::rate_limited:
            return "Wait: it goes on when the project's request budget has filled up again. Other programs with the same token use it, too.";
        case failure_code::unavailable:
            return goes_on ? "Wait, or delete it and order another server type or location: this one is sold out at the moment."
                           : "Order another server type or location: this one is sold out.";
        case failure_code::name_taken:
        case failure_code::foreign_server:
            return "Rename the server of that name, which is not slipway's, or order under another name.";
        case failure_code::protected_resource:
            return "Take the delete protection off in the Hetzner Console; it is deleted by itself then.";
        case failure_code::invalid:
        case failure_code::not_found:
            return "Look at what was ordered (server type, location, image, network) and order what Hetzner has: slipway catalog.";
        case failure_code::no_public_ip:
            return "Order it with a public IPv4 address: slipway comes to it that way.";
        case failure_code::ssh_unreachable:
            return "See whether a firewall lets this host reach SSH on it, and whether its image starts one.";
        case failure_code::ssh_denied:
            return "See whether its image lets root in by key, and whether something on it has changed that.";
        case failure_code::wrong_host_key:
            return "Do not log in: another machine answers at its address. Delete it and order anew.";
        case failure_code::broken_host:
            return "Delete it and order anew; if that fails, too, order another image.";
        case failure_code::timed_out:
            return "See in the output how far it came, make it quicker or give it more time (RECIPE_TIMEOUT_SECS), and order anew.";
        case failure_code::recipe_failed:
            return "See its output, mend the recipe, and order anew.";
        case failure_code::other_history:
        case failure_code::older_log:
            return "Run slipway audit: it says what this log does not know, and slipway audit --adopt takes it in.";
        case failure_code::not_sent:
        case failure_code::conflict:
        case failure_code::locked:
        case failure_code::server_error:
        case failure_code::lost:
        case failure_code::bad_answer:
        case failure_code::action_failed:
        case failure_code::not_seen_yet:
            break;
    }
    return goes_on ? "Wait: it is tried again by itself. If it goes on for long, see status.hetzner.com." : "Order anew.";
}

// Of a deletion: what somebody can take away, so that it goes on by itself.
bool stands_in_the_way(failure_code code) {
    switch (code) {
        case failure_code::protected_resource:
        case failure_code::unauthorized:
        case failure_code::forbidden:
        case failure_code::no_credentials:
        case failure_code::other_project:
            return true;
        default:
            return false;
    }
}

// Of the two steps that have a time of their own.
bool is_slow(const spine& d, timestamp now) {
    const step what = d.intent->step;
    const int limit_s = what == step::reach_ssh ? d.spec.ssh_timeout_s : what == step::run_recipe ? d.spec.recipe_timeout_s : 0;
    return limit_s > 0 && now - d.intent->at > std::chrono::seconds{limit_s} / 2;
}

// The last word on its end is that the clocks differ.
bool ends_by_one_clock(const story& of, timestamp now) {
    const auto end = expiry(of.state);
    return end && *end <= now && !of.refusals.empty() && of.refusals.back().what.rule == clocks_rule;
}

}  // namespace

std::string remedy_for_older_log() { return std::string(remedy_for(failure_code::older_log, true)); }

std::string remedy_for_token() { return std::string(remedy_for(failure_code::unauthorized, true)); }

std::string what_to_do(const story& of, timestamp now) {
    const spine& d = of.state.data;
    if (d.held)
        return "Look whether somebody uses the server: delete it here if nobody does, else take it in with slipway audit "
               "--adopt.";
    const bool failing = of.overcome < of.failures.size();
    if (failing && (wants(of.state) || mends(of.state)))
        return std::string(remedy_for(of.failures.back().what.code, true));
    if (d.intent && wants(of.state) && is_slow(d, now)) {
        if (d.intent->step == step::reach_ssh) return std::string(remedy_for(failure_code::ssh_unreachable, true));
        return "See its output. It is stopped when its time (RECIPE_TIMEOUT_SECS) is over, and the VM is deleted again; to "
               "end it sooner, delete it.";
    }
    if (of.state.in("active") && ends_by_one_clock(of, now))
        return "Set this machine's clock right: it ends by itself when Hetzner's clock says so, too.";
    if (!d.leaked.empty()) {
        for (auto it = of.failures.rbegin(); it != of.failures.rend(); ++it)
            if (stands_in_the_way(it->what.code)) return std::string(remedy_for(it->what.code, true));
        return "Delete what is left in the Hetzner Console if it does not go by itself; the audit names it until it is gone.";
    }
    if (of.state.in("failed") && d.failure) return std::string(remedy_for(d.failure->code, false));
    if (of.state.in("active") && !d.missing.empty()) return std::string(advice(d.missing.front().what));
    return {};
}

}  // namespace slipway::service
