// What the marketplace shows: single VMs and contracts, lists, events, and how it is.
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"
#include "engine/service/near_names.hpp"
#include "engine/service/overdue.hpp"
#include "engine/service/stream_story.hpp"

#include <algorithm>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;

namespace {

// A record may hold a recipe of 64 KiB: an answer ends early rather than holding them all.
constexpr std::size_t read_at_once = 256;
constexpr std::size_t most_bytes = 4u << 20;

constexpr std::size_t most_unsent = 1000;

// As much of a recipe's output as its end in the log keeps at most.
constexpr std::size_t most_output = 64u << 10;

std::string missing(const std::string& kind, const std::string& name_or_id, const std::vector<std::string>& names) {
    const bool contract = kind == contract_kind;
    std::string text = (contract ? "there is no contract " : "there is no VM ") + name_or_id;
    if (const auto near = near_names(name_or_id, names); !contract && !near.empty())
        text += "; did you mean " + listed(near, "or", 3) + "?";
    return text;
}

}  // namespace

answering<stream_view> marketplace::told(stream_view view) {
    if (view.state.data.spec.provider == direct_project) co_return view;
    auto provider = co_await with_.registry.provider(view.state.data.spec.provider);
    if (!provider) co_return failure_of(provider.error());
    if (*provider && !(*provider)->token_works) view.provider_trouble = (*provider)->token_problem;
    co_return view;
}

// Of several that had the name, the one that has not ended, else the latest.
answering<stream_view> marketplace::find(std::string kind, std::string name_or_id, origin) {
    head_filter filter;
    filter.kind = kind;
    // An id is one VM's for ever; who calls his VM like another one's id must not stand before it.
    if (is_uuid(name_or_id))
        filter.stream = name_or_id;
    else
        filter.name = name_or_id;
    auto heads = co_await with_.log.heads(filter);
    if (heads && heads->empty() && is_uuid(name_or_id)) {
        filter.stream.reset();
        filter.name = name_or_id;
        heads = co_await with_.log.heads(filter);
    }
    if (!heads) co_return failure_of(heads.error());
    const stream_head* best = nullptr;
    for (const stream_head& head : *heads)
        if (!best || (best->ended && (!head.ended || head.stream > best->stream))) best = &head;
    if (best) {
        auto view = co_await views_.find(best->stream, best->version);
        if (!view) co_return view.error();
        co_return co_await told(*std::move(view));
    }
    head_filter others;
    others.kind = kind;
    others.live_only = true;
    auto live = co_await with_.log.heads(others);
    if (!live) co_return failure_of(live.error());
    // One that had to be called web1-2, since a stranger's server has the name, is still the web1 that was asked for.
    for (const stream_head& head : *live) {
        if (!head.name.starts_with(name_or_id + "-")) continue;
        auto view = co_await views_.find(head.stream, head.version);
        if (view && view->state.data.spec.name == name_or_id) co_return co_await told(*std::move(view));
    }
    std::vector<std::string> names;
    for (stream_head& head : *live) names.push_back(std::move(head.name));
    co_return failure_of(error_kind::not_found, missing(kind, name_or_id, names));
}

answering<page<stream_view>> marketplace::list(list_query query, origin) {
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, largest_page);
    const auto given = [](std::string& text) { return text.empty() ? std::nullopt : std::optional(std::move(text)); };
    head_filter filter;
    filter.kind = std::move(query.kind);
    filter.state = given(query.state);
    filter.owner = given(query.owner);
    filter.provider = given(query.provider);
    filter.live_only = query.live_only;
    filter.after = given(query.after);
    filter.limit = limit + 1;
    auto heads = co_await with_.log.heads(filter);
    if (!heads) co_return failure_of(heads.error());
    std::vector<provider_record> providers;
    const auto is_direct = [](const stream_head& head) { return head.provider == direct_project; };
    if (!std::all_of(heads->begin(), heads->end(), is_direct)) {
        auto kept = co_await with_.registry.providers();
        if (!kept) co_return failure_of(kept.error());
        providers = *std::move(kept);
    }
    page<stream_view> out;
    if (heads->size() > limit) {
        heads->resize(limit);
        out.next = heads->back().stream.text;
    }
    for (const stream_head& head : *heads) {
        auto view = co_await views_.find(head.stream, head.version);
        // One whose log makes no sense is told by the engine, and hides no other.
        if (!view && view.error().kind == error_kind::corrupt) continue;
        if (!view) co_return view.error();
        for (const provider_record& provider : providers)
            if (provider.id == head.provider && !provider.token_works) view->provider_trouble = provider.token_problem;
        out.items.push_back(*std::move(view));
    }
    co_return out;
}

answering<stream_story> marketplace::tell(std::string kind, std::string name_or_id, std::uint64_t version, origin from) {
    auto found = co_await find(std::move(kind), std::move(name_or_id), std::move(from));
    if (!found) co_return found.error();
    auto records = co_await with_.log.read_stream(found->stream, 0);
    if (!records) co_return failure_of(records.error());
    surroundings there = co_await around(found->state.data.spec.provider, found->provider_trouble);
    if (const auto raised = co_await alerts())  // likewise
        for (const overdue_alert& alert : *raised)
            if (alert.stream == found->stream && alert.state == found->state.state_name()) there.overdue = alert;
    auto told = tell_story(*records, version, with_.clock.now(), there);
    if (!told) co_return failure_of(told.error());
    const auto output = outputs_.find(told->view.stream.text);
    if (told->version == told->last_version && output != outputs_.end()) {
        stream_story::output so_far;
        so_far.running = true;
        so_far.text = output->second;
        told->recipe = std::move(so_far);
    }
    co_return *std::move(told);
}

awaitable<surroundings> marketplace::around(std::string provider, std::string provider_trouble) {
    surroundings out;
    out.log_trouble = trouble_;
    out.provider_trouble = std::move(provider_trouble);
    if (with_.engine != nullptr) {
        const auto older = with_.engine->older_projects();
        out.older_log = std::find(older.begin(), older.end(), provider) != older.end();
        out.holds_contracts = !settings_.provisioning;
    }
    if (with_.messages != nullptr) {
        auto unsent = co_await with_.messages->pending(most_unsent);
        if (unsent) out.unsent = *std::move(unsent);  // what is sent is no reason to say nothing
    }
    co_return out;
}

awaitable<result<std::vector<overdue_alert>>> marketplace::alerts() {
    std::vector<overdue_alert> out;
    if (with_.kept == nullptr) co_return out;
    const auto kept = co_await with_.kept->all(std::string(overdue_kind));
    if (!kept) co_return kept.error();
    for (const document& one : *kept)
        if (auto alert = alert_of(one)) out.push_back(*std::move(alert));
    co_return out;
}

awaitable<result<std::optional<overdue_alert>>> marketplace::judge(stream_id stream) {
    const auto records = co_await with_.log.read_stream(stream, 0);
    if (!records) co_return records.error();
    const auto state = replay(*records);
    if (!state) co_return state.error();
    const std::string provider = state->data.spec.provider;
    std::string trouble;
    if (provider != direct_project) {
        const auto kept = co_await with_.registry.provider(provider);
        if (kept && *kept && !(*kept)->token_works) trouble = (*kept)->token_problem;
    }
    surroundings there = co_await around(provider, std::move(trouble));
    co_return alert_over(*records, with_.clock.now(), std::chrono::seconds{settings_.overdue_after_s}, std::move(there));
}

awaitable<result<std::vector<stream_view>>> marketplace::live_ones() {
    head_filter live;
    live.live_only = true;
    auto heads = co_await with_.log.heads(live);
    if (!heads) co_return heads.error();
    std::vector<stream_view> views;
    for (const stream_head& head : *heads) {
        if (head.kind == audit_kind) continue;
        auto view = co_await views_.find(head.stream, head.version);
        if (!view && view.error().kind == error_kind::corrupt) continue;
        if (!view) co_return make_error(view.error().kind, view.error().message);
        views.push_back(*std::move(view));
    }
    co_return views;
}

answering<bool> marketplace::reaches(std::uint64_t seq, origin) {
    if (seq == 0) co_return true;
    const auto there = co_await with_.log.read_all(seq - 1, 1);
    if (!there) co_return failure_of(there.error());
    co_return !there->empty();
}

answering<std::vector<event_record>> marketplace::events(events_query query, origin) {
    std::vector<event_record> all;
    if (!query.stream.empty()) {
        stream_id stream;
        stream.text = std::move(query.stream);
        auto records = co_await with_.log.read_stream(stream, 0);
        if (!records) co_return failure_of(records.error());
        for (event_record& record : *records)
            if (record.seq > query.after && all.size() < query.limit) all.push_back(std::move(record));
        co_return all;
    }
    std::size_t bytes = 0;
    while (all.size() < query.limit && bytes < most_bytes) {
        auto records = co_await with_.log.read_all(query.after, std::min(query.limit - all.size(), read_at_once));
        if (!records) co_return failure_of(records.error());
        if (records->empty()) break;
        query.after = records->back().seq;
        for (event_record& record : *records) {
            bytes += record.data.size();
            all.push_back(std::move(record));
        }
    }
    co_return all;
}

answering<std::uint64_t> marketplace::last_seq(origin) {
    // By steps that double while there is something behind them, then halve: another process may have written much.
    std::uint64_t last = last_seq_;
    bool growing = true;
    for (std::uint64_t step = 1; step > 0;) {
        const auto behind = co_await with_.log.read_all(last + step - 1, 1);
        if (!behind) co_return failure_of(behind.error());
        if (behind->empty()) {
            growing = false;
            step /= 2;
            continue;
        }
        last = behind->front().seq;
        if (growing) step *= 2;
    }
    co_return last;
}

awaitable<void> marketplace::events_after(std::uint64_t after) {
    // What other processes have written is not in last_seq_.
    while (last_seq_ <= after) {
        const auto there = co_await with_.log.read_all(after, 1);
        if (there && !there->empty()) co_return;
        if (last_seq_ <= after) co_await news_.wait();
    }
}

void marketplace::appended(const vm_state& state, const std::vector<event_record>& records) {
    views_.appended(state, records);
    // What an attempt printed is no other attempt's; how the recipe ended is in the log.
    if (!state.in("ssh_ready") || records.front().type == step_started::name) outputs_.erase(records.front().stream.text);
    last_seq_ = std::max(last_seq_, records.back().seq);
    trouble_.clear();
    news_.notify_all();
}

void marketplace::recipe_output(const stream_id& stream, std::string_view text) {
    std::string& kept = outputs_[stream.text];
    kept.append(text);
    if (kept.size() > most_output) kept.erase(0, kept.size() - most_output);
}

void marketplace::log_grew() { news_.notify_all(); }

void marketplace::log_trouble(const std::string& message) { trouble_ = message; }

void marketplace::append_fenced(const stream_id&, const std::string&) { ++appends_fenced_; }

health marketplace::ready() {
    health out;
    out.why = trouble_;
    const auto older = with_.engine ? with_.engine->older_projects() : std::vector<std::string>();
    if (out.why.empty() && !older.empty())
        out.why = "the event log is older than what is in the Hetzner project of " + older.front() +
                  ": nothing is ordered or ended there; slipway audit says what to do";
    out.ready = out.why.empty();
    return out;
}

answering<measurements> marketplace::measure(origin) {
    measurements out;
    auto live = co_await with_.log.count_live();
    if (!live) co_return failure_of(live.error());
    out.live = *std::move(live);
    auto raised = co_await alerts();
    if (!raised) co_return failure_of(raised.error());
    for (overdue_alert& alert : *raised) {
        head_filter that;
        that.stream = alert.stream.text;
        const auto head = co_await with_.log.heads(std::move(that));
        if (!head) co_return failure_of(head.error());
        // One that has gone on is not overdue any more, also where nobody has taken its alert back so far.
        if (!head->empty() && head->front().state == alert.state) out.overdue.push_back(std::move(alert));
    }
    out.log_writable = trouble_.empty();
    out.appends_fenced = appends_fenced_;
    out.last_seq = last_seq_;
    auto providers = co_await with_.registry.providers();
    if (!providers) co_return failure_of(providers.error());
    auto names = co_await with_.projects.names();
    if (!names) co_return failure_of(names.error());
    for (const std::string& name : *names) {
        const auto project = co_await with_.projects.find(name);
        if (!project) continue;
        measurements::project one;
        one.provider = name;
        one.requests_left = (*project)->requests_left();
        for (const provider_record& provider : *providers)
            if (provider.id == name) one.token_works = provider.token_works;
        out.projects.push_back(std::move(one));
    }
    if (with_.measured) out.work = with_.measured->so_far();
    out.commits = with_.log.commit_times();
    if (with_.messages) {
        const auto waiting = co_await with_.messages->waiting();
        if (!waiting) co_return failure_of(waiting.error());
        out.messages_waiting = *waiting;
    }
    co_return out;
}

}  // namespace slipway::service
