#include "engine/runtime/engine.hpp"

#include "engine/machines/plan.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/runtime/vm_stream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

// No plan is longer; a wall clock that jumped between two processes cannot make one wait for ever.
constexpr milliseconds longest_wait = std::chrono::minutes{60};

// What a contract's server and key are called at Hetzner.
void name_after(const stream_id& stream, contract_accepted& contract) {
    if (contract.contract_id.empty()) contract.contract_id = stream.text;
    contract.spec.name = contract_server_name(contract.contract_id);
    contract.spec.key_name = contract.spec.name;
}

// What one command at a time is decided about; empty: it opens a stream that nobody else can know of.
std::string subject_of(const vm_command& command, const stream_id& stream) {
    if (const auto* request = std::get_if<request_vm>(&command)) return "vm " + request->spec.provider + " " + request->spec.name;
    if (const auto* accept = std::get_if<accept_contract>(&command)) {
        const std::string& id = accept->contract.contract_id;
        return id.empty() ? id : "contract " + contract_label_of(id);
    }
    if (const auto* record = std::get_if<record_audit>(&command)) return "audit " + record->audit.provider;
    if (const auto* adopt = std::get_if<adopt_server>(&command)) return "stream " + adopt->stream.text;
    return "stream " + stream.text;
}

// What an earlier process has told is not told again.
bool says_that_clocks_differ(const event_record& last) {
    if (last.type != command_refused::name) return false;
    const auto said = decode(last.type, last.schema_version, last.data);
    return said && std::get<command_refused>(*said).rule == clocks_rule;
}

// As engine::has_work(): what this engine does not work on is not claimed, or it would be claimed and given back at every
// look, and kept from those who do.
left_alone others_work(const engine_options& options) {
    if (!options.hold_contracts) return {};
    return {std::string(contract_kind), {"active", "cleaning_up", "failed", "terminating", "termination_failed"}};
}

}  // namespace

engine::engine(boost::asio::any_io_executor executor, world w, engine_observer& observer, engine_options options)
    : executor_(executor),
      world_(w),
      observer_(observer),
      options_(options),
      leases_(w.shared, w.news, w.clock, others_work(options), *this),
      surveys_(executor, w.log, w.clock),
      last_unknown_(w.clock.steady()),
      intake_(executor),
      keys_(executor) {}

engine::~engine() = default;

// ---- commands

awaitable<result<receipt>> engine::submit(submission s) {
    // Two requests for the same name, or the same command id twice, must see each other: one after the other is decided.
    // Those of other engines are seen by the log.
    keyed_mutex::guard command, subject;
    if (!s.command_id.empty()) {
        const std::string name = "command " + s.command_id;
        s.first_time = s.first_time && !intake_.is_held(name);
        command = co_await intake_.lock(name);
    }
    if (std::string name = subject_of(s.command, s.stream); !name.empty())
        subject = co_await intake_.lock(std::move(name));
    constexpr int tries = 8;
    for (int i = 0; i < tries; ++i) {
        submission again = s;
        auto answer = co_await submit_once(std::move(again));
        if (!answer) co_return answer.error();
        if (*answer) co_return **std::move(answer);
        s.first_time = false;  // what was stored meanwhile may be this very command
    }
    co_return make_error(error_kind::storage, "others change the same VM all the time: try again");
}

awaitable<result<std::optional<receipt>>> engine::submit_once(submission s) {
    if (!s.command_id.empty() && !s.first_time) {
        auto before = co_await answered_before(s.command_id);
        if (!before || *before) co_return before;
    }
    stream_ptr stream;
    if (std::holds_alternative<end_vm>(s.command)) {
        auto loaded = co_await load(s.stream);
        if (!loaded) co_return loaded.error();
        stream = *loaded;
    } else {
        auto known = co_await known_by_name(s.command);
        if (!known || *known) co_return known;
        auto opened = co_await opened_by(s.command);
        if (!opened) co_return opened.error();
        stream = *std::move(opened);
        if (auto* accept = std::get_if<accept_contract>(&s.command)) name_after(stream->id, accept->contract);
    }

    auto deciding = co_await enter(stream);
    if (!deciding)
        co_return make_error(error_kind::storage, "the event log cannot be written at the moment: try again");
    auto decided = decide(stream->state, s.command);
    std::vector<event> events;
    if (decided) {
        events = *std::move(decided);
    } else {
        if (stream->state.version == 0) co_return make_error(error_kind::refused, decided.error().why);
        command_refused e;
        e.command = std::holds_alternative<end_vm>(s.command) ? "end_vm" : "adopt_server";
        e.why = decided.error().why;
        e.rule = decided.error().rule;
        events.emplace_back(std::move(e));
    }
    author by;
    by.actor = std::move(s.actor);
    by.command_id = std::move(s.command_id);
    by.request = std::move(s.request);
    std::optional<receipt> answer;
    if (events.empty()) {  // nothing that is not known already
        answer.emplace();
        answer->stream = stream->id;
        answer->state = stream->state;
        co_return answer;
    }
    auto stored = co_await append(stream, std::move(events), std::move(by), false);
    if (!stored && stored.error().failure == append_failure::version_conflict) {
        // Another engine stored something, or an earlier append was stored although the log said that it was not.
        const auto known = co_await catch_up(stream);
        if (!known) co_return known.error();
        stream->changed.notify_all();
        take_up(stream);
        co_return answer;
    }
    if (!stored && stored.error().failure == append_failure::taken) co_return answer;
    if (!stored) {
        spawn(refresh(stream));
        co_return make_error(error_kind::storage, stored.error().message);
    }
    if (!decided) co_return make_error(error_kind::refused, decided.error().why);

    stream->look_anew();
    if (stream->may_be_cut_short && std::holds_alternative<end_vm>(s.command))
        stream->cut_short.emit(boost::asio::cancellation_type::terminal);
    stream->changed.notify_all();
    take_up(stream);
    answer.emplace();
    answer->stream = stream->id;
    answer->state = stream->state;
    co_return answer;
}

// The stream that the command opens. Audits of a project share one.
awaitable<result<engine::stream_ptr>> engine::opened_by(const vm_command& command) {
    if (const auto* record = std::get_if<record_audit>(&command)) {
        head_filter filter;
        filter.kind = std::string(audit_kind);
        filter.name = record->audit.provider;
        auto heads = co_await world_.log.heads(filter);
        if (!heads) co_return heads.error();
        if (!heads->empty()) co_return co_await load(heads->front().stream);
    }
    if (const auto* adopt = std::get_if<adopt_server>(&command)) {
        auto known = co_await load(adopt->stream);
        if (known || known.error().kind != error_kind::not_found) co_return known;
    }
    stream_id id;
    if (const auto* adopt = std::get_if<adopt_server>(&command))
        id = adopt->stream;
    else
        id.text = uuid_v7(world_.clock.now(), world_.random.bytes());
    co_return std::make_shared<vm_stream>(executor_, std::move(id));
}

awaitable<result<std::optional<receipt>>> engine::answered_before(const std::string& command_id) {
    std::optional<receipt> answer;
    auto found = co_await world_.log.find_command(command_id);
    if (!found) co_return found.error();
    if (found->empty()) co_return answer;
    const event_record& first = found->front();
    auto said = decode(first.type, first.schema_version, first.data);
    if (!said) co_return said.error();
    if (const auto* no = std::get_if<command_refused>(&*said)) co_return make_error(error_kind::refused, no->why);
    auto loaded = co_await load(first.stream);
    if (!loaded) co_return loaded.error();
    const stream_ptr stream = *loaded;
    if (stream->state.version < found->back().version) {
        const auto seen = co_await see_what_is_stored(stream);
        if (!seen) co_return seen.error();
    }
    answer.emplace();
    answer->stream = stream->id;
    answer->state = stream->state;
    answer->repeated = true;
    // Where its first answer was that the log could not be written, nobody has begun with it yet.
    take_up(stream);
    co_return answer;
}

// The stream's lock; none where its holder is waiting for the log, which may take long.
awaitable<std::optional<async_mutex::guard>> engine::enter(stream_ptr s) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto held = s->appending.try_lock();
    while (!held && !s->waits_for_log) {
        auto lock = s->appending.lock();
        auto change = s->changed.wait();
        auto first = co_await (std::move(lock) || std::move(change));
        if (first.index() == 0) held = std::get<0>(std::move(first));
    }
    co_return held;
}

// A VM's name is free when no live VM of the project has it. A contract's id is used once for ever: accepting the same
// contract again gives the answer that it got before.
awaitable<result<std::optional<receipt>>> engine::known_by_name(const vm_command& command) {
    std::optional<receipt> answer;
    const auto* request = std::get_if<request_vm>(&command);
    const auto* accept = std::get_if<accept_contract>(&command);
    if (!request && (!accept || accept->contract.contract_id.empty())) co_return answer;
    head_filter filter;
    filter.kind = std::string(request ? vm_kind : contract_kind);
    filter.name = request ? request->spec.name : accept->contract.contract_id;
    filter.live_only = request != nullptr;
    auto heads = co_await world_.log.heads(filter);
    if (!heads) co_return heads.error();
    // One that was taken in from its server goes by what the server's label says.
    const std::string label = accept ? contract_label_of(accept->contract.contract_id) : std::string();
    if (accept && heads->empty() && label != accept->contract.contract_id) {
        filter.name = label;
        heads = co_await world_.log.heads(filter);
        if (!heads) co_return heads.error();
    }
    for (const stream_head& head : *heads) {
        if (request && head.provider == request->spec.provider)
            co_return make_error(error_kind::refused, "a VM named " + request->spec.name + " exists already (" +
                                                          head.state + "): choose another name, or delete it first");
        if (request) continue;
        auto loaded = co_await load(head.stream);
        if (!loaded) co_return loaded.error();
        const stream_ptr stream = *loaded;
        const spine& had = stream->state.data;
        const bool is_adopted = had.offering.empty();  // what it was accepted with is not known
        if (!is_adopted && (had.offering != accept->contract.offering || had.expires_at != accept->contract.expires_at ||
            had.spec.key_fingerprint != accept->contract.spec.key_fingerprint))
            co_return make_error(error_kind::refused, "the contract " + accept->contract.contract_id +
                                                          " was accepted already, with another offering, key or end");
        answer.emplace();
        answer->stream = stream->id;
        answer->state = stream->state;
        answer->repeated = true;
    }
    co_return answer;
}

awaitable<result<std::vector<stream_id>>> engine::resume() {
    if (leases_.needed()) co_return co_await share();
    head_filter filter;
    filter.unfinished_only = true;
    auto heads = co_await world_.log.heads(filter);
    if (!heads) co_return heads.error();
    // Those that are at rest and have left something behind: it is tried again.
    for (const char* state : {"failed", "termination_failed"}) {
        head_filter ended_badly;
        ended_badly.state = state;
        ended_badly.live_only = true;
        auto left = co_await world_.log.heads(ended_badly);
        if (!left) co_return left.error();
        heads->insert(heads->end(), left->begin(), left->end());
    }
    std::vector<stream_id> taken;
    for (const stream_head& head : *heads) {
        auto loaded = co_await load(head.stream);
        if (!loaded && loaded.error().kind == error_kind::corrupt) {
            observer_.stream_trouble(head.stream, loaded.error().message);
            continue;
        }
        if (!loaded) co_return loaded.error();
        if (!head.at_rest) taken.push_back(head.stream);
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
    stream->told_of_clocks = says_that_clocks_differ(records->back());
    stream->last_unknown = last_unknown_;
    note_plan(*stream);
    co_return stream;
}

// Reads what the log has and this process does not know of; called with the stream's lock held.
awaitable<result<void>> engine::catch_up(stream_ptr s) {
    auto records = co_await world_.log.read_stream(s->id, s->state.version);
    if (!records) co_return records.error();
    vm_state next = s->state;
    for (const event_record& r : *records) {
        auto e = decode(r.type, r.schema_version, r.data);
        if (!e) co_return e.error();
        if (auto legal = evolve(next, *e); !legal) co_return legal.error();
    }
    s->state = std::move(next);
    note_plan(*s);
    if (!records->empty()) {
        s->look_anew();
        observer_.appended(s->state, *records);
    }
    co_return result<void>{};
}

awaitable<result<survey_ptr>> engine::survey(std::string provider, milliseconds at_most) {
    auto project = co_await world_.clouds.open(provider);
    if (!project) co_return project.error();
    auto seen = co_await surveys_.look(provider, *project, at_most);
    if (!seen) co_return make_error(error_kind::unreachable, seen.error().message);
    note_survey(provider);
    co_return *seen;
}

void engine::note_survey(const std::string& provider) {
    const survey_ptr seen = surveys_.known(provider);
    if (!seen) return;
    if (seen->is_older()) {
        if (!told_older_.insert(provider).second) return;
        observer_.older_log(provider, *seen);
        for (const auto& [id, s] : streams_) s->changed.notify_all();
    } else if (told_older_.erase(provider) > 0) {
        for (const auto& [id, s] : streams_) s->changed.notify_all();
    }
}

void engine::note_plan(vm_stream& s) {
    const auto at = s.state.data.retry_at ? s.state.data.retry_at : expiry(s.state);
    if (at && at != s.planned)
        s.due = world_.clock.steady() + std::min<milliseconds>(*at - world_.clock.now(), longest_wait);
    s.planned = at;
}

awaitable<vm_state> engine::until_at_rest(stream_id id) {
    constexpr milliseconds between_looks{500};
    for (bool was_ours = false;;) {
        auto loaded = co_await load(id);
        const bool is_away = was_ours && !loaded && loaded.error().kind == error_kind::storage && !stopping_;
        if (!loaded && !is_away) co_return vm_state{};
        if (loaded) {
            const stream_ptr s = *loaded;
            const auto may_go_on = [&] {
                const survey_ptr seen = surveys_.known(s->state.data.spec.provider);
                return wants(s->state) && !(seen && seen->is_older());
            };
            if (was_ours) take_up(s);
            was_ours = was_ours || s->driving;
            while (s->driving && may_go_on()) co_await s->changed.wait();
            if (!was_ours || !leases_.needed() || stopping_ || !may_go_on()) co_return s->state;
        }
        // Another engine has it by now. What that one stores is read in the log; where it dies the stream is ours again.
        co_await leases_.rest(between_looks);
    }
}

awaitable<void> engine::stop() {
    stopping_ = true;
    leases_.stop();
    for (const auto& [id, s] : streams_) {
        s->cut_short.emit(boost::asio::cancellation_type::terminal);
        s->changed.notify_all();
    }
    while (running_ > 0) co_await all_stopped_.wait();
    co_await leases_.release_all();
}

}  // namespace slipway
