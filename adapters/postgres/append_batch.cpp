#include "adapters/postgres/append_batch.hpp"

#include "adapters/postgres/append_sql.hpp"
#include "adapters/postgres/event_rows.hpp"
#include "engine/runtime/hash_chain.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace slipway::postgres {

namespace {

constexpr std::size_t most_known_hashes = 65536;
constexpr std::chrono::milliseconds between_tries{200};

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

// libpq would cut it off there, silently.
bool cannot_be_kept(const append_request& r) {
    const stream_head& h = r.head;
    for (const std::string* text : {&h.stream.text, &h.kind, &h.state, &h.owner, &h.name, &h.provider,
                                    &h.key_fingerprint, &h.definition, &r.request.key, &r.request.digest})
        if (has_nul(*text)) return true;
    return std::any_of(r.events.begin(), r.events.end(), [](const new_event& e) {
        return has_nul(e.type) || has_nul(e.event_id) || has_nul(e.actor) || has_nul(e.command_id) || has_nul(e.data);
    });
}

// Nothing was stored, and it may be one request's fault.
bool concerns_one(const trouble& bad) {
    return bad.what == trouble::kind::rule || bad.what == trouble::kind::again;
}

// An answer is in the order of what was asked.
std::vector<event_record> in_order_of(const append_request& request, std::vector<event_record> known) {
    const auto place = [&](const event_record& r) {
        return std::find_if(request.events.begin(), request.events.end(),
                            [&](const new_event& e) { return e.event_id == r.event_id; });
    };
    std::sort(known.begin(), known.end(),
              [&](const event_record& a, const event_record& b) { return place(a) < place(b); });
    return known;
}

append_error unavailable(const trouble& bad) { return {append_failure::unavailable, bad.why.message}; }

}  // namespace

appender::appender(const server_address& where, watch& watched, std::string process, std::shared_ptr<furthest_event> known)
    : known_(std::move(known)),
      process_(std::move(process)),
      statement_("append of " + process_),
      on_(where, known_, prepared_statement{statement_, append_sql}),
      watched_(watched) {}

void appender::check(const append_request& request) {
    if (request.events.empty()) throw std::invalid_argument("an append holds at least one event");
    if (request.head.version != request.expected_version + request.events.size())
        throw std::invalid_argument("append to " + request.head.stream.text + ": the head's version is " +
                                    std::to_string(request.head.version) + ", not expected_version plus the events");
}

std::vector<append_result> appender::append(std::vector<append_request> batch) {
    const auto each = [&](auto answer) {
        std::vector<append_result> results;
        for (std::size_t i = 0; i < batch.size(); ++i) results.push_back(answer(i));
        return results;
    };
    prepared records;
    const auto bad = send_until_known(batch, records);
    if (!bad)
        return each([&](std::size_t i) -> append_result {
            if (records[i].front().seq == 0) return alone(batch[i]);
            return stored(batch[i], std::move(records[i]));
        });
    if (concerns_one(*bad)) return each([&](std::size_t i) { return alone(batch[i]); });
    return each([&](std::size_t) -> append_result { return unavailable(*bad); });
}

// A lost answer is asked for by sending again.
std::optional<trouble> appender::send_until_known(const std::vector<append_request>& batch, prepared& records) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    for (bool is_uncertain = false;;) {
        auto bad = send(batch, records);
        if (!bad || concerns_one(*bad)) return bad;
        is_uncertain = is_uncertain || bad->what == trouble::kind::unknown;
        if (!is_uncertain) return bad;
        std::unique_lock lock(mutex_);
        if (std::chrono::steady_clock::now() >= give_up || stopped_.wait_for(lock, between_tries, [this] { return stopping_; })) {
            bad->why.message += " Whether the events before that were stored is not known yet.";
            return bad;
        }
    }
}

void appender::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
}

// One request that was left out of a statement, or that a statement failed with.
append_result appender::alone(const append_request& request) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    const std::vector<append_request> batch(1, request);
    for (;;) {
        bool may_try_again = false;
        auto why = why_not(request, may_try_again);
        if (!may_try_again) return why;
        hashes_.erase(request.head.stream.text);
        prepared records;
        const auto bad = send_until_known(batch, records);
        if (!bad && records.front().front().seq != 0) return stored(request, std::move(records.front()));
        if (bad && !concerns_one(*bad)) return unavailable(*bad);
        if (bad && bad->what == trouble::kind::rule) {
            why = why_not(request, may_try_again);
            if (may_try_again) return unavailable(*bad);
            return why;
        }
        if (std::chrono::steady_clock::now() >= give_up) return why;
    }
}

append_result appender::stored(const append_request& request, std::vector<event_record> records) {
    remember(request, records);
    known_->saw(records);
    return appended{std::move(records), false};
}

void appender::remember(const append_request& request, const std::vector<event_record>& records) {
    if (hashes_.size() >= most_known_hashes) hashes_.clear();
    if (request.head.ended)
        hashes_.erase(request.head.stream.text);
    else
        hashes_[request.head.stream.text] = {records.back().version, records.back().hash};
}

// The hash before the first event of each: what this process has not stored itself is read.
std::optional<trouble> appender::learn_hashes(const std::vector<append_request>& batch) {
    array_text missing;
    bool any = false;
    for (const append_request& r : batch) {
        const auto it = hashes_.find(r.head.stream.text);
        if (r.expected_version == 0 || (it != hashes_.end() && it->second.version == r.expected_version)) continue;
        missing.add(r.head.stream.text);
        any = true;
    }
    if (!any) return {};
    const watch::turn limited(watched_, on_);
    const parameters values{std::move(missing).take()};
    return on_.read([&](transaction_base& in) -> result<void> {
        const auto rows = execute(in, "SELECT stream, version, hash FROM streams WHERE stream = ANY ($1::text[])", values);
        for (const auto& row : rows)
            hashes_[text_in(row[0])] = {static_cast<std::uint64_t>(number_in(row[1])), text_in(row[2])};
        return {};
    });
}

std::string appender::hash_before(const append_request& request) const {
    const auto known = request.expected_version > 0 ? hashes_.find(request.head.stream.text) : hashes_.end();
    return known != hashes_.end() ? known->second.hash : std::string(first_previous_hash);
}

appender::prepared appender::chained(const std::vector<append_request>& batch) {
    prepared all;
    for (const append_request& request : batch) all.push_back(chained_records(request, hash_before(request)));
    return all;
}

// Of what was stored the records have their seq; of what was left out it is 0.
std::optional<trouble> appender::send(const std::vector<append_request>& batch, prepared& records) {
    if (const auto bad = learn_hashes(batch)) return bad;
    records = chained(batch);
    std::map<std::string_view, std::size_t> at;
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (!cannot_be_kept(batch[i])) at[batch[i].head.stream.text] = i;
    append_arrays arrays;
    for (const auto& [stream, i] : at) arrays.add(batch[i], hash_before(batch[i]), records[i]);
    if (at.empty()) return {};
    const watch::turn limited(watched_, on_);
    parameters values = std::move(arrays).take();
    values.push_back(process_);
    const auto run = [&](transaction_base& in) {
        try {
            if (may_prepare_) return execute_prepared(in, statement_, values);
        } catch (const pqxx::invalid_sql_statement_name&) {
            may_prepare_ = false;  // behind a pooler, which runs it on another connection
        }
        return execute(in, append_sql, values);
    };
    return on_.directly([&](transaction_base& in) -> result<void> {
        for (const auto& row : run(in)) {
            const std::size_t i = at.at(std::string_view(row[0].c_str(), row[0].size()));
            const auto version = static_cast<std::uint64_t>(number_in(row[1]));
            records[i].at(version - batch[i].expected_version - 1).seq = static_cast<std::uint64_t>(number_in(row[2]));
        }
        return {};
    });
}

// Finds out which of the conditions said no. The order matters: only what is really stored counts as repeated, and whoever
// lost the stream must stop. `may_try_again`: nothing says no now.
append_result appender::why_not(const append_request& request, bool& may_try_again) {
    may_try_again = false;
    if (cannot_be_kept(request))
        return append_error{append_failure::unavailable,
                            "stream " + request.head.stream.text + " was not appended to: a text has a NUL character."};
    array_text ids;
    for (const new_event& e : request.events) ids.add(e.event_id);
    const parameters by_event{std::move(ids).take()};
    const stream_head& head = request.head;
    std::vector<event_record> known;
    std::uint64_t version = 0, epoch = 0;
    bool is_taken = false;
    const watch::turn limited(watched_, on_);
    const auto bad = on_.look([&](transaction_base& in) -> result<void> {
        known = read_records(execute(in,
                                     std::string("SELECT ") + record_columns +
                                         " FROM events WHERE event_id = ANY ($1::text[]) ORDER BY stream, version",
                                     by_event));
        version = epoch = 0;
        for (const auto& row : execute(in, "SELECT version, lease_epoch FROM streams WHERE stream = $1", {head.stream.text})) {
            version = static_cast<std::uint64_t>(number_in(row[0]));
            epoch = static_cast<std::uint64_t>(number_in(row[1]));
        }
        is_taken = truth_in(execute(in, taken_sql,
                                    {request.events.front().command_id, std::to_string(request.expected_version),
                                     head.kind, head.provider, head.name})
                                .front()[0]);
        return {};
    });
    if (bad) return unavailable(*bad);
    const bool is_elsewhere =
        std::any_of(known.begin(), known.end(), [&](const event_record& r) { return r.stream != head.stream; });
    if (known.size() == request.events.size() && !is_elsewhere) return appended{in_order_of(request, std::move(known)), true};
    const std::string stream = "stream " + head.stream.text;
    if (request.epoch > 0 && request.epoch != epoch)
        return append_error{append_failure::fenced, stream + " was taken over by another process: this one must leave it "
                                                             "alone. Nothing was stored."};
    if (version != request.expected_version)
        return append_error{append_failure::version_conflict,
                            stream + " is at version " + std::to_string(version) + ", not " +
                                std::to_string(request.expected_version) + ": somebody else appended to it first."};
    if (!known.empty())
        return append_error{append_failure::version_conflict,
                            "event " + known.front().event_id + " is already in stream " + known.front().stream.text +
                                ": an event id is used once."};
    if (is_taken)
        return append_error{append_failure::taken, stream + " was not appended to: its name, or the command's id, was "
                                                            "taken by somebody else first."};
    may_try_again = true;
    return append_error{append_failure::unavailable,
                        stream + " was not appended to: others stood in the way for too long."};
}

}  // namespace slipway::postgres
