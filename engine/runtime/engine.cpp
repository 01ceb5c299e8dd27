#include "engine/runtime/engine.hpp"

#include "engine/machines/plan.hpp"
#include "engine/model/codec.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct engine::vm_stream {
    vm_stream(const boost::asio::any_io_executor& executor, stream_id name)
        : id(std::move(name)), appending(executor), changed(executor) {}

    stream_id id;
    vm_state state;
    async_mutex appending;  // held from deciding until the decision is in the log
    async_signal changed;   // a command came, or driving ended
    bool driving = false;
    // The step whose intent is in the log, on its way; what it wants was read before the intent was written.
    std::optional<effect> in_hand;
    bool may_be_cut_short = false;
    boost::asio::cancellation_signal cut_short;
};

namespace {

// The longest that one attempt may take; past it its outcome counts as unknown.
milliseconds limit_of(const effect& e) {
    struct limits {
        milliseconds operator()(const register_key_effect&) const { return seconds{150}; }
        milliseconds operator()(const create_server_effect&) const { return seconds{150}; }
        milliseconds operator()(const reach_ssh_effect& w) const { return w.deadline + seconds{10}; }
        milliseconds operator()(const run_recipe_effect& w) const { return w.deadline + seconds{120}; }
        milliseconds operator()(const prepare_host_keys_effect&) const { return seconds{60}; }
        milliseconds operator()(const hand_over_effect&) const { return seconds{60}; }
        milliseconds operator()(const delete_server_effect&) const { return seconds{600}; }
        milliseconds operator()(const release_key_effect&) const { return seconds{150}; }
    };
    return std::visit(limits{}, e);
}

// A request that creates or deletes something is never cut short: its answer says what exists.
bool waits_only(step s) {
    return s == step::reach_ssh || s == step::run_recipe || s == step::prepare_host_keys || s == step::hand_over;
}

bool touches_key(step s) { return s == step::register_key || s == step::release_key; }

event intent_of(const vm_state& state, const effect& what, timestamp now) {
    step_started e;
    e.step = step_of(what);
    e.attempt = state.data.attempts + 1;
    e.at = now;
    if (const auto* create = std::get_if<create_server_effect>(&what)) {
        e.server_name = create->name;
        e.candidate_ = create->where;
    }
    return e;
}

step_failure no_end(step s) {
    step_failure f;
    f.code = waits_only(s) ? failure_code::timed_out : failure_code::lost;
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

engine::engine(boost::asio::any_io_executor executor, world w, engine_observer& observer, engine_options options)
    : executor_(executor), world_(w), observer_(observer), options_(options), all_stopped_(executor), intake_(executor) {}

engine::~engine() = default;

// ---- commands

awaitable<result<receipt>> engine::submit(submission s) {
    // One command at a time is decided: two requests for the same name, or the same command id twice, must see each other.
    const auto intake = co_await intake_.lock();
    if (!s.command_id.empty()) {
        auto before = co_await answered_before(s.command_id);
        if (before) co_return *std::move(before);
    }
    stream_ptr stream;
    if (const auto* request = std::get_if<request_vm>(&s.command)) {
        auto free = co_await name_is_free(request->spec);
        if (!free) co_return free.error();
        stream_id id;
        id.text = uuid_v7(world_.clock.now(), world_.random.bytes());
        stream = std::make_shared<vm_stream>(executor_, std::move(id));
    } else {
        auto loaded = co_await load(s.stream);
        if (!loaded) co_return loaded.error();
        stream = *loaded;
    }

    auto deciding = co_await stream->appending.lock();
    auto decided = decide(stream->state, s.command);
    std::vector<event> events;
    if (decided) {
        events = *std::move(decided);
    } else {
        if (stream->state.version == 0) co_return make_error(error_kind::refused, decided.error().why);
        command_refused e;
        e.command = std::holds_alternative<end_vm>(s.command) ? "end_vm" : "request_vm";
        e.why = decided.error().why;
        e.rule = decided.error().rule;
        events.emplace_back(std::move(e));
    }
    auto stored = co_await append(stream, std::move(events), s.actor, s.command_id, false);
    if (!stored) co_return make_error(error_kind::storage, stored.error().message);
    if (!decided) co_return make_error(error_kind::refused, decided.error().why);

    if (wants(stream->state)) streams_[stream->id] = stream;
    if (stream->may_be_cut_short && std::holds_alternative<end_vm>(s.command))
        stream->cut_short.emit(boost::asio::cancellation_type::terminal);
    stream->changed.notify();
    take_up(stream);
    receipt answer;
    answer.stream = stream->id;
    answer.state = stream->state;
    co_return answer;
}

awaitable<std::optional<receipt>> engine::answered_before(const std::string& command_id) {
    std::optional<receipt> answer;
    auto found = co_await world_.log.find_command(command_id);
    if (!found || found->empty()) co_return answer;
    auto loaded = co_await load(found->front().stream);
    if (!loaded) co_return answer;
    answer.emplace();
    answer->stream = (*loaded)->id;
    answer->state = (*loaded)->state;
    answer->repeated = true;
    co_return answer;
}

awaitable<result<void>> engine::name_is_free(const vm_spec& spec) {
    head_filter filter;
    filter.kind = std::string(vm_kind);
    filter.name = spec.name;
    filter.live_only = true;
    auto heads = co_await world_.log.heads(filter);
    if (!heads) co_return heads.error();
    for (const stream_head& head : *heads)
        if (head.provider == spec.provider)
            co_return make_error(error_kind::refused, "a VM named " + spec.name + " exists already (" + head.state +
                                                          "): choose another name, or delete it first");
    co_return result<void>{};
}

awaitable<result<std::vector<stream_id>>> engine::resume() {
    head_filter filter;
    filter.kind = std::string(vm_kind);
    filter.unfinished_only = true;
    auto heads = co_await world_.log.heads(filter);
    if (!heads) co_return heads.error();
    std::vector<stream_id> taken;
    for (const stream_head& head : *heads) {
        auto loaded = co_await load(head.stream);
        if (!loaded) co_return loaded.error();
        taken.push_back(head.stream);
        streams_[head.stream] = *loaded;
        take_up(*loaded);
    }
    co_return taken;
}

awaitable<result<engine::stream_ptr>> engine::load(stream_id id) {
    if (const auto it = streams_.find(id); it != streams_.end()) co_return it->second;
    auto records = co_await world_.log.read_stream(id, 0);
    if (!records) co_return records.error();
    if (records->empty()) co_return make_error(error_kind::not_found, "there is no VM " + id.text);
    auto state = replay(*records);
    if (!state) co_return state.error();
    auto stream = std::make_shared<vm_stream>(executor_, id);
    stream->state = *std::move(state);
    co_return stream;
}

// ---- driving

void engine::take_up(const stream_ptr& s) {
    if (s->driving || stopping_ || options_.take_orders_only || !wants(s->state)) return;
    s->driving = true;
    ++running_;
    boost::asio::co_spawn(executor_, drive(s), boost::asio::detached);
}

awaitable<void> engine::drive(stream_ptr s) {
    try {
        while (!stopping_ && wants(s->state)) {
            const auto due = s->state.data.retry_at;
            if (due && *due > world_.clock.now())
                co_await wait_until(s, *due);
            else
                co_await attempt(s);
        }
    } catch (const boost::system::system_error& e) {
        if (e.code() != boost::asio::error::operation_aborted) throw;
    }
    s->driving = false;
    s->changed.notify();
    if (!wants(s->state)) streams_.erase(s->id);
    --running_;
    if (running_ == 0) all_stopped_.notify();
}

awaitable<void> engine::wait_until(const stream_ptr& s, timestamp due) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto time = world_.clock.sleep(due - world_.clock.now());
    auto command = s->changed.wait();
    co_await (std::move(time) || std::move(command));
}

awaitable<void> engine::attempt(stream_ptr s) {
    // Whether a key is shared is asked and acted upon under one lock, which is held until the answer is in the log.
    async_mutex::guard key;
    if (const auto want = wants(s->state); want && touches_key(step_of(*want))) {
        key = co_await key_lock(s->state.data.spec).lock();
        s->in_hand.reset();
    }
    if (!s->in_hand && !co_await begin(s)) co_return;
    const effect what = *s->in_hand;
    const step which = step_of(what);
    auto outcome = co_await run_step(s, what);
    s->in_hand.reset();
    co_await finish(s, which, std::move(outcome));
}

// Writes the intent of what the state wants now. False: there is nothing to do any more.
awaitable<bool> engine::begin(const stream_ptr& s) {
    const auto deciding = co_await s->appending.lock();
    auto want = wants(s->state);
    if (!want || stopping_) co_return false;
    std::vector<event> events;
    events.push_back(intent_of(s->state, *want, world_.clock.now()));
    auto stored = co_await append(s, std::move(events), "engine", {}, true);
    if (!stored) co_return false;
    s->in_hand = std::move(want);
    co_return true;
}

awaitable<step_result> engine::run_step(const stream_ptr& s, effect what) {
    const step which = step_of(what);
    step_context context;
    context.stream = s->id;
    context.spec = s->state.data.spec;
    context.late_grace = options_.late_grace;
    context.output = [this, id = s->id](std::string_view text) { observer_.recipe_output(id, text); };
    const milliseconds limit = limit_of(what);

    auto limited = [](world& w, step_context c, effect e, milliseconds longest) -> awaitable<step_result> {
        using namespace boost::asio::experimental::awaitable_operators;
        const step slow = step_of(e);
        auto work = perform(w, std::move(c), std::move(e));
        auto time = w.clock.sleep(longest);
        auto first = co_await (std::move(work) || std::move(time));
        if (first.index() == 0) co_return std::get<0>(std::move(first));
        co_return no_end(slow);
    };
    s->may_be_cut_short = waits_only(which);
    step_result outcome = step_failure{};
    bool aborted = false;
    try {
        auto work = limited(world_, std::move(context), std::move(what), limit);
        auto token = boost::asio::bind_cancellation_slot(s->cut_short.slot(), use_awaitable);
        outcome = co_await boost::asio::co_spawn(executor_, std::move(work), token);
    } catch (const boost::system::system_error& e) {
        if (e.code() != boost::asio::error::operation_aborted) throw;
        aborted = true;
    }
    s->may_be_cut_short = false;
    if (stopping_) throw boost::system::system_error(boost::asio::error::operation_aborted);
    if (aborted) outcome = cut_short_by_end(which);
    co_return outcome;
}

awaitable<void> engine::finish(const stream_ptr& s, step done, step_result outcome) {
    const auto deciding = co_await s->appending.lock();
    const timestamp now = world_.clock.now();
    std::vector<event> events = outcome ? settle(s->state, *outcome)
                                        : settle(s->state, done, outcome.error(), now, world_.random.fraction());
    // The next step's intent rides along, so that a VM costs one commit per step and not two.
    vm_state next = s->state;
    for (const event& e : events) (void)evolve(next, e);
    auto want = wants(next);
    if (want && (next.data.retry_at.value_or(now) > now || touches_key(step_of(*want)) || stopping_)) want.reset();
    if (want) events.push_back(intent_of(next, *want, now));
    if (events.empty()) co_return;
    auto stored = co_await append(s, std::move(events), "engine", {}, true);
    if (stored) s->in_hand = std::move(want);
}

// Stores events and brings the state up to them; called with the stream's lock held.
awaitable<append_result> engine::append(const stream_ptr& s, std::vector<event> events, std::string actor,
                                        std::string command_id, bool keep_trying) {
    vm_state next = s->state;
    append_request request;
    request.expected_version = s->state.version;
    const timestamp now = world_.clock.now();
    for (const event& e : events) {
        if (auto legal = evolve(next, e); !legal) throw std::logic_error(legal.error().message);
        new_event stored;
        stored.type = type_of(e);
        stored.schema_version = version_of(e);
        stored.event_id = uuid_v7(now, world_.random.bytes());
        stored.at = now;
        stored.actor = actor;
        stored.command_id = command_id;
        stored.data = encode(e);
        request.events.push_back(std::move(stored));
    }
    request.head = head_of(next, s->id);
    milliseconds pause{250};
    for (;;) {
        append_request copy = request;
        auto stored = co_await world_.log.append(std::move(copy));
        if (stored) {
            s->state = std::move(next);
            observer_.appended(s->state, stored->records);
            co_return stored;
        }
        const bool hopeless = stored.error().failure != append_failure::unavailable;
        if (!keep_trying || hopeless || stopping_) {
            if (keep_trying) {
                observer_.log_trouble(stored.error().message);
                throw boost::system::system_error(boost::asio::error::operation_aborted);
            }
            co_return stored;
        }
        observer_.log_trouble(stored.error().message);
        co_await wait_until(s, world_.clock.now() + pause);
        pause = std::min<milliseconds>(pause * 2, seconds{10});
    }
}

async_mutex& engine::key_lock(const vm_spec& spec) {
    auto& lock = key_locks_[spec.provider + " " + spec.key_fingerprint];
    if (!lock) lock = std::make_unique<async_mutex>(executor_);
    return *lock;
}

awaitable<vm_state> engine::settled(stream_id id) {
    const auto it = streams_.find(id);
    if (it == streams_.end()) {
        auto loaded = co_await load(id);
        if (!loaded) co_return vm_state{};
        co_return (*loaded)->state;
    }
    const stream_ptr s = it->second;
    while (s->driving) co_await s->changed.wait();
    co_return s->state;
}

awaitable<void> engine::stop() {
    stopping_ = true;
    for (const auto& [id, s] : streams_) {
        s->cut_short.emit(boost::asio::cancellation_type::terminal);
        s->changed.notify();
    }
    while (running_ > 0) co_await all_stopped_.wait();
}

}  // namespace slipway
