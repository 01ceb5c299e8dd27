#include "engine/machines/plan.hpp"

#include <algorithm>
#include <array>

namespace slipway {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int most_creation_attempts = 8;  // 1 + 2 + 4 + … + 60 s: a few minutes of outage are waited for
constexpr int most_attempts_in_doubt = 3;  // each has waited for a recipe's whole time
constexpr int most_cleanup_attempts = 6;
constexpr int most_names = 5;
constexpr std::array termination_delays{minutes{1}, minutes{5}, minutes{30}};
constexpr int quick_removals = 4;  // 1, 2, 4, 8 s: before a deletion that failed passingly counts as failed

struct verdict_on_failure {
    bool retry = false;
    bool hold = false;
    bool counted = true;
    milliseconds delay{0};
    variation next = variation::same;
};

// 1, 2, 4 … 60 s, each shortened by up to a quarter so that many VMs do not come back at once.
milliseconds backoff(int attempts, double jitter) {
    const std::int64_t full = std::min<std::int64_t>(60'000, std::int64_t{1000} << std::min(attempts, 6));
    return milliseconds{static_cast<std::int64_t>(static_cast<double>(full) * (1.0 - jitter / 4))};
}

// Nobody's fault and not for ever: wait without using up an attempt. What stays as it is is asked after less and less.
std::optional<milliseconds> waiting(const spine& d, const step_failure& f) {
    switch (f.code) {
        case failure_code::rate_limited:
        case failure_code::not_seen_yet:
            return f.wait.value_or(seconds{1});
        case failure_code::locked: {
            const milliseconds grown = seconds{3} * (std::int64_t{1} << std::min(d.waits, 7));
            return std::max(f.wait.value_or(milliseconds{0}), std::min<milliseconds>(grown, minutes{5}));
        }
        case failure_code::older_log:
            return minutes{1};
        default:
            return {};
    }
}

// It may be over in a moment.
bool passing(failure_code c) {
    switch (c) {
        case failure_code::not_sent:
        case failure_code::conflict:
        case failure_code::server_error:
        case failure_code::lost:
        case failure_code::bad_answer:
            return true;
        default:
            return false;
    }
}

// Trying the same thing again can change nothing.
bool hopeless(failure_code c, step s) {
    switch (c) {
        // What has a deadline of its own (booting, the recipe) has had all its time; the short talks at the end may just
        // have met a slow moment.
        case failure_code::timed_out:
            return properties_of(s).deadlines > 0;
        case failure_code::unauthorized:
        case failure_code::forbidden:
        case failure_code::quota:
        case failure_code::protected_resource:
        case failure_code::invalid:
        case failure_code::no_credentials:
        case failure_code::other_project:
        case failure_code::action_failed:
        case failure_code::no_public_ip:
        case failure_code::wrong_host_key:
        case failure_code::ssh_denied:
        case failure_code::broken_host:
        case failure_code::recipe_failed:
        case failure_code::other_history:
            return true;
        default:
            return false;
    }
}

// A host that shows another key than the one that was sent along was handed over before, as far as anybody can tell from
// here; and one that cannot be entered may have been closed by whom it was handed over to. Not so on the first contact
// with a server that this process has just made: that host is a stranger's.
bool may_be_somebodys(step s, const step_failure& f, const circumstances& c) {
    if (f.code == failure_code::other_history) return true;
    if (f.code == failure_code::wrong_host_key) return s != step::reach_ssh || !c.witnessed;
    const bool shut = f.code == failure_code::ssh_denied || f.code == failure_code::timed_out ||
                      f.code == failure_code::ssh_unreachable || f.code == failure_code::broken_host;
    return shut && properties_of(s).request == request_kind::none && !c.witnessed;
}

constexpr verdict_on_failure given_up{};

verdict_on_failure again(bool is_tried, milliseconds delay, variation next = variation::same) {
    verdict_on_failure v;
    v.retry = is_tried;
    v.delay = delay;
    v.next = next;
    return v;
}

verdict_on_failure uncounted(milliseconds delay) {
    verdict_on_failure v = again(true, delay);
    v.counted = false;
    return v;
}

verdict_on_failure while_creating(const spine& d, step s, const step_failure& f, const circumstances& c) {
    if (const auto wait = waiting(d, f)) return uncounted(*wait);
    if (f.code == failure_code::foreign_server)
        return again(d.name_suffix < most_names, milliseconds{0}, variation::next_name);
    const bool elsewhere = f.code == failure_code::unavailable || f.code == failure_code::invalid;
    if (s == step::create_server && elsewhere)
        return again(d.candidate_index + 1 < d.spec.candidates.size(), milliseconds{0}, variation::next_candidate);
    verdict_on_failure v = given_up;
    const bool in_doubt = s == step::run_recipe && d.doubtful == s;
    const int most = in_doubt ? most_attempts_in_doubt : most_creation_attempts;
    if (!hopeless(f.code, s) && f.code != failure_code::unavailable)
        v = again(d.attempts + 1 < most, backoff(d.attempts, c.jitter));
    v.hold = !v.retry && may_be_somebodys(s, f, c);
    return v;
}

verdict_on_failure while_ending(const spine& d, step s, bool cleaning_up, const step_failure& f, double jitter) {
    if (const auto wait = waiting(d, f)) return uncounted(*wait);
    // An action may be repeated. A contract's provider may replace the token meanwhile; who ended a VM of their own is
    // told at once that theirs does not work.
    const bool token = f.code == failure_code::unauthorized || f.code == failure_code::forbidden ||
                       f.code == failure_code::no_credentials || f.code == failure_code::other_project;
    const bool may_change = f.code == failure_code::action_failed || (token && !d.contract_id.empty());
    const bool strangers = f.code == failure_code::foreign_server;  // what has that number is not this VM's
    if (strangers || (!may_change && hopeless(f.code, s))) return given_up;
    if (cleaning_up) return again(d.attempts + 1 < most_cleanup_attempts, backoff(d.attempts, jitter));
    if (passing(f.code) && d.waits < quick_removals) return uncounted(backoff(d.waits, jitter));
    const auto n = static_cast<std::size_t>(d.attempts);
    if (n >= termination_delays.size()) return given_up;
    return again(true, termination_delays[n]);
}

activated with_unknown_result(const spine& d, activated e) {
    if (d.recipe && !d.recipe->unknown.empty())
        e.missing.insert(e.missing.begin(), {shortcoming_kind::recipe_result, d.recipe->unknown});
    return e;
}

// The hand-over went wrong behind a recipe that ended well: the VM is its owner's all the same.
activated without_hand_over(const spine& d, const step_failure& why) {
    activated e;
    e.address = d.address;
    e.host_keys = d.prepared_host_keys;
    if (!d.prepared_in_use) e.host_keys.push_back(d.server->host_key);
    if (!d.prepared_in_use || why.code == failure_code::wrong_host_key)
        e.missing.push_back({shortcoming_kind::host_keys, why.message});
    e.missing.push_back({shortcoming_kind::operator_key, why.message});
    return with_unknown_result(d, std::move(e));
}

// A VM on which something has run, and perhaps ended well, is not thrown away because SSH is not as it was. What its
// step became instead; none: it has failed.
std::optional<event> kept_all_the_same(const vm_state& state, step s, const step_failure& failure) {
    const spine& d = state.data;
    if (state.in("recipe_run") && d.something_ran()) return without_hand_over(d, failure);
    const bool started = failure.unknown || d.doubtful == s;
    const bool may_have_run = s == step::run_recipe && started && failure.code != failure_code::recipe_failed;
    if (!state.in("ssh_ready") || !may_have_run) return {};
    recipe_run e;
    e.ran = !d.spec.recipe.empty();
    if (e.ran || d.has_app()) e.unknown = failure.message;
    return e;
}

}  // namespace

std::vector<event> events_of_success(const vm_state& state, const std::vector<event>& facts) {
    std::vector<event> kept;
    vm_state next = state;
    for (event fact : facts) {
        if (const auto* e = std::get_if<activated>(&fact)) fact = with_unknown_result(state.data, *e);
        if (evolve(next, fact)) kept.push_back(std::move(fact));
    }
    return conclude(state, std::move(kept));
}

std::vector<event> events_of_failure(const vm_state& state, step s, const step_failure& failure,
                                     const circumstances& c) {
    const bool cleaning_up = state.in("cleaning_up");
    const bool ending = cleaning_up || state.in("terminating");
    std::vector<event> events;
    step_failed e;
    e.step = s;
    e.code = failure.code;
    e.message = failure.message;
    e.output = failure.output;
    e.unknown = failure.unknown;
    std::optional<event> instead;
    if (ending && properties_of(s).request != request_kind::removing) {
        // The VM was cancelled while this step ran: it is not tried again, and whatever it may have left is looked for.
        e.counted = false;
        e.retry_at = c.now;
    } else {
        const auto v = ending ? while_ending(state.data, s, cleaning_up, failure, c.jitter)
                              : while_creating(state.data, s, failure, c);
        e.counted = v.counted;
        e.next = v.next;
        if (v.retry) e.retry_at = c.now + std::max(v.delay, failure.wait.value_or(milliseconds{0}));
        if (!v.retry && !ending) instead = kept_all_the_same(state, s, failure);
        if (instead) e.retry_at = c.now;
        if (v.hold && !instead) {
            events.emplace_back(held{s, failure.code, failure.message});
            return events;
        }
    }
    events.emplace_back(std::move(e));
    if (instead) events.push_back(*std::move(instead));
    return conclude(state, std::move(events));
}

milliseconds mending_delay(int attempts) {
    const milliseconds grown = minutes{1} * (std::int64_t{1} << std::min(attempts, 10));
    return std::min<milliseconds>(grown, std::chrono::hours{6});
}

}  // namespace slipway
