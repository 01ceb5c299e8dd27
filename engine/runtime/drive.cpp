// The engine's driving half: one coroutine per VM that has something to do.
#include "engine/machines/plan.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/vm_stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace slipway {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using std::chrono::milliseconds;

namespace {

// Whether a key is shared is asked and acted upon under one lock.
bool needs_key_lock(step s) {
    return properties_of(s).resource == resource_kind::ssh_key;
}

request_kind kind_of(step s) {
    return properties_of(s).request;
}

// What the state calls for now: a step of its life, or one that mends what its end has left.
std::optional<effect> wanted(const vm_state& state) {
    auto want = wants(state);
    return want ? want : mends(state);
}

// Cancelling two things that wait for each other's end makes one exception of two.
bool is_abort(const std::exception_ptr& e) {
    try {
        std::rethrow_exception(e);
    } catch (const boost::asio::multiple_exceptions& both) {
        return is_abort(both.first_exception());
    } catch (const boost::system::system_error& error) {
        return error.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

// A key's lease runs out by itself where the step that took it ends by an exception.
class forgotten_at_last {
public:
    forgotten_at_last(lease_keeper& keeper, const std::string& name) : keeper_(keeper), name_(name) {}
    ~forgotten_at_last() { keeper_.forget(name_); }
    forgotten_at_last(const forgotten_at_last&) = delete;
    forgotten_at_last& operator=(const forgotten_at_last&) = delete;

private:
    lease_keeper& keeper_;
    const std::string& name_;
};

// Steps of a project at once. A deletion mostly waits for Hetzner to carry it out.
std::size_t most_at_once(request_kind kind) {
    switch (kind) {
        case request_kind::none:
            break;
        case request_kind::creating:
            return 16;
        case request_kind::removing:
            return 32;
    }
    throw std::logic_error("what makes no request waits for no turn");
}

std::string what_of(const std::exception_ptr& e) {
    try {
        std::rethrow_exception(e);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "an exception of an unknown kind";
    }
}

step_failure no_end(step s) {
    step_failure f;
    f.code = may_be_cut_short(s) ? failure_code::timed_out : failure_code::lost;
    f.unknown = true;
    f.message = "the step " + std::string(name(s)) + " did not come to an end in time";
    return f;
}

step_failure cut_short_by_end(step s) {
    step_failure f;
    f.code = failure_code::lost;
    f.unknown = true;
    f.message = "the step " + std::string(name(s)) + " was cut short because the VM is being deleted";
    return f;
}

}  // namespace

bool engine::has_work(const vm_state& state) const {
    if (options_.take_orders_only) return false;
    if (options_.hold_contracts && state.kind() == contract_kind && is_on_its_way(state)) return false;
    return wants(state) || expiry(state) || mends(state);
}

void engine::take_up(const stream_ptr& s) {
    if (s->driving || stopping_ || !has_work(s->state)) return;
    stream_ptr& known = streams_[s->id];
    if (known && known != s && known->driving) {  // taken up while this one was being read
        spawn(refresh(known));
        return;
    }
    known = s;
    s->driving = true;
    spawn(drive(s));
}

void engine::spawn(awaitable<void> work) {
    ++running_;
    boost::asio::co_spawn(executor_, counted(std::move(work)), boost::asio::detached);
}

awaitable<void> engine::counted(awaitable<void> work) {
    std::string trouble;
    try {
        co_await std::move(work);
    } catch (...) {
        const auto problem = std::current_exception();
        if (!is_abort(problem)) trouble = what_of(problem);
    }
    if (!trouble.empty()) observer_.stream_trouble({}, "this is a bug: " + trouble);
    --running_;
    if (running_ == 0) all_stopped_.notify_all();
}

awaitable<void> engine::drive(stream_ptr s) {
    bool is_broken = false;
    try {
        const bool ours = co_await own(s);
        while (ours && !stopping_ && still_ours(*s) && has_work(s->state)) {
            const milliseconds now = world_.clock.steady();
            const bool is_due = is_over(s->state, world_.clock.now());
            if (is_due && s->expires_not_before <= now)
                co_await expire(s);
            else if (s->planned && s->due > now)
                co_await wait(s, s->due - now);
            else if (s->quiet_until > now)
                co_await wait(s, s->quiet_until - now);
            else if (wants(s->state))
                co_await attempt(s);
            else if (mends(s->state))
                co_await mend(s);
            else if (is_due)
                co_await wait(s, s->expires_not_before - now);
            else
                replan(*s);
        }
    } catch (...) {
        const auto problem = std::current_exception();
        is_broken = !is_abort(problem);
        if (is_broken) observer_.stream_trouble(s->id, "this is a bug: " + what_of(problem));
    }
    s->driving = false;
    s->turn = async_mutex::guard();
    s->turn_of = request_kind::none;
    s->changed.notify_all();
    if (leases_.needed() || !has_work(s->state)) streams_.erase(s->id);
    if (leases_.needed()) co_await release(s->id, is_broken);
}

// Until then, or until something changes.
awaitable<void> engine::wait(stream_ptr s, milliseconds longest) {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await take_turn(s, request_kind::none);
    auto time = world_.clock.sleep(longest);
    auto command = s->changed.wait();
    co_await (std::move(time) || std::move(command));
}

// Nothing is made or removed in a project that is further than the log.
awaitable<bool> engine::may_work_in(stream_ptr s) {
    const std::string provider = s->state.data.spec.provider;
    const survey_ptr before = surveys_.known(provider);
    if (!before || !before->is_older()) {  // the step itself looks, where nobody has yet
        auto project = co_await world_.clouds.open(provider);
        if (project) surveys_.opened(provider, (*project)->token_mark());
        co_return true;
    }
    const auto seen = co_await survey(provider);
    co_return seen && !(*seen)->is_older();
}

awaitable<void> engine::attempt(stream_ptr s) {
    if (const auto want = wanted(s->state); want && kind_of(step_of(*want)) != request_kind::none) {
        const bool allowed = co_await may_work_in(s);
        if (!allowed) {
            s->in_hand.reset();
            co_return co_await wait(s, std::chrono::minutes{1});
        }
    }
    if (const auto want = wanted(s->state)) co_await take_turn(s, kind_of(step_of(*want)));
    if (stopping_) co_return;
    // Held until the answer is in the log.
    keyed_mutex::guard key;
    std::string locked;
    const forgotten_at_last end(leases_, locked);
    if (const auto want = wanted(s->state); want && needs_key_lock(step_of(*want))) {
        const vm_spec& spec = s->state.data.spec;
        const std::string name = "key " + spec.provider + " " + spec.key_fingerprint;
        key = co_await keys_.lock(name);
        s->in_hand.reset();
        locked = name;
        const bool ours = co_await own_key(s, locked);
        if (!ours) co_return;
    }
    bool begun = s->in_hand.has_value();
    if (!begun) begun = co_await begin(s, !locked.empty());
    const bool needs_key = begun && needs_key_lock(step_of(*s->in_hand));
    if (!needs_key && !locked.empty()) {
        if (leases_.needed()) co_await leases_.release(locked);
        locked.clear();
        key = keyed_mutex::guard();
    }
    if (!begun) co_return;
    const effect what = *s->in_hand;
    const step which = step_of(what);
    auto outcome = co_await run_step(s, what, locked);
    note_survey(s->state.data.spec.provider);
    const bool nothing_sent = !outcome && outcome.error().code == failure_code::not_seen_yet;
    s->in_hand.reset();
    co_await finish(s, which, std::move(outcome));
    const spine& d = s->state.data;
    if (kind_of(which) == request_kind::creating && !nothing_sent && d.key_unknown + d.server_unknown > 0) {
        last_unknown_ = std::max(last_unknown_, world_.clock.steady());
        s->last_unknown = std::max(s->last_unknown, last_unknown_);
    }
    // The VM need not wait for the store to hear of it.
    if (leases_.needed() && !locked.empty()) spawn(leases_.release(std::exchange(locked, {})));
}

// Writes the intent of what the state wants now. False: that has changed; look again.
awaitable<bool> engine::begin(stream_ptr s, bool key_locked) {
    const auto deciding = co_await s->appending.lock();
    auto want = wanted(s->state);
    if (!want || stopping_ || (needs_key_lock(step_of(*want)) && !key_locked)) co_return false;
    // A deletion is repeated as often as it takes, and what has ended has no steps any more: neither needs an intent.
    const auto& intent = s->state.data.intent;
    const step which = step_of(*want);
    const bool is_written = intent && intent->step == which && kind_of(which) == request_kind::removing;
    if (!is_written && wants(s->state)) {
        std::vector<event> events;
        events.push_back(intent_of(*s, s->state, *want));
        auto stored = co_await append_step(s, std::move(events));
        if (!stored) co_return false;
    }
    s->in_hand = std::move(want);
    co_return true;
}

awaitable<step_result> engine::run_step(stream_ptr s, effect what, std::string key) {
    if (!still_ours(*s)) throw boost::system::system_error(boost::asio::error::operation_aborted);
    const step which = step_of(what);
    step_context context;
    context.stream = s->id;
    context.spec = s->state.data.spec;
    const spine& d = s->state.data;
    context.surveys = &surveys_;
    context.project = d.project;
    context.asked_with = d.intent ? d.intent->project : std::string();
    context.server_id = d.server ? d.server->id : 0;
    context.key_id = d.key ? d.key->id : 0;
    context.order = d.intent ? d.intent->order : std::string();
    context.orders = d.orders;
    context.own_orders = s->own_orders;
    context.witnessed = s->witnessed;
    context.contract_id = d.contract_id;
    context.expires_at = d.expires_at;
    context.address = d.server ? d.server->ipv4 : std::string();
    context.prepared = d.prepared_host_keys;
    context.was_judged = d.failure && (d.failure->code == failure_code::recipe_failed || d.failure->step == step::reach_ssh);
    context.commanded = s->state.in("terminating") || s->state.in("termination_failed");
    context.late_grace = options_.late_grace;
    context.since_last_unknown = world_.clock.steady() - s->last_unknown;
    context.output = [this, id = s->id](std::string_view text) { observer_.recipe_output(id, text); };
    context.may_send = [this, s, key] { return still_ours(*s) && (key.empty() || leases_.holds(key)); };
    s->may_be_cut_short = may_be_cut_short(which);
    step_result outcome = step_failure{};
    bool aborted = false, takes_too_long = false;
    const auto limit = world_.clock.set_limit(executor_, limit_of(what), [&takes_too_long, &s] {
        takes_too_long = true;
        s->cut_short.emit(boost::asio::cancellation_type::terminal);
    });
    try {
        auto work = perform(world_, std::move(context), std::move(what));
        auto token = boost::asio::bind_cancellation_slot(s->cut_short.slot(), use_awaitable);
        outcome = co_await boost::asio::co_spawn(executor_, std::move(work), token);
    } catch (...) {
        if (!is_abort(std::current_exception())) throw;
        aborted = true;
    }
    s->may_be_cut_short = false;
    // What it did, the next holder of the lease finds out.
    if (stopping_ || !still_ours(*s)) throw boost::system::system_error(boost::asio::error::operation_aborted);
    if (takes_too_long && !outcome)
        outcome = no_end(which);
    else if (aborted)
        outcome = cut_short_by_end(which);
    co_return outcome;
}

awaitable<void> engine::finish(stream_ptr s, step done, step_result outcome) {
    const auto deciding = co_await s->appending.lock();
    if (outcome) note_witness(*s, *outcome);
    for (;;) {
        const timestamp now = world_.clock.now();
        if (!outcome && !wants(s->state)) {  // it could not be mended
            s->quiet_until = world_.clock.steady() + mending_delay(++s->quiet_attempts);
            co_return;
        }
        std::vector<event> events;
        if (outcome) {
            events = events_of_success(s->state, *outcome);
            s->look_anew();
        } else {
            circumstances c;
            c.now = now;
            c.jitter = world_.random.fraction();
            c.witnessed = s->witnessed;
            vm_state tried = s->state;
            tried.data.waits += s->quiet_attempts;
            events = events_of_failure(tried, done, outcome.error(), c);
            if (is_no_news(*s, events)) co_return;
        }
        // The next step's intent rides along, so that a VM costs one commit per step and not two.
        vm_state next = s->state;
        for (const event& e : events) (void)evolve(next, e);
        auto want = wants(next);
        if (want && (next.data.retry_at.value_or(now) > now || needs_key_lock(step_of(*want)) || stopping_)) want.reset();
        if (want && kind_of(step_of(*want)) != request_kind::none && kind_of(step_of(*want)) != s->turn_of)
            want.reset();
        if (want) events.push_back(intent_of(*s, next, *want));
        if (events.empty()) co_return;
        auto stored = co_await append_step(s, std::move(events));
        if (stored) {
            s->in_hand = std::move(want);
            co_return;
        }
        // The log knew more than this process, and now both know the same: the outcome is seen in that light.
    }
}

// Who is answered that a server is made knows that nobody can have been given it before.
void engine::note_witness(vm_stream& s, const std::vector<event>& facts) {
    for (const event& fact : facts) {
        const auto* made = std::get_if<server_created>(&fact);
        if (made && !made->adopted) s.witnessed = true;
    }
}

awaitable<void> engine::take_turn(stream_ptr s, request_kind kind) {
    if (s->turn_of == kind) co_return;
    s->turn = async_mutex::guard();
    s->turn_of = request_kind::none;
    if (kind == request_kind::none) co_return;
    auto& turns = turns_[{s->state.data.spec.provider, kind}];
    if (!turns) turns = std::make_unique<async_mutex>(executor_, most_at_once(kind));
    s->turn = co_await turns->lock();
    s->turn_of = kind;
}

}  // namespace slipway
