// The same random operations through SQLite, PostgreSQL and the simulated store: answers and state are equal at every step.
// What SQLite has not, having one writer (leases, fences, names and commands that exclude each other), is asked of the other
// two, and what they refuse for it is kept from SQLite.
//
// The answer to every operation is compared, now and then the stream that it was about, and in the end of each round all that
// there is. SLIPWAY_DIFFERENTIAL=N runs N operations, SLIPWAY_SEED=S those of this seed. Every kind of operation and of answer must
// have occurred in the end.
#include "tests/adapters/postgres/drawn_run.hpp"
#include "tests/adapters/postgres/store_texts.hpp"
#include "tests/adapters/postgres/stores.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

using namespace slipway;
using namespace slipway::test;

namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

class random_operations : public drawn_run {
public:
    explicit random_operations(std::uint64_t seed)
        : drawn_run(seed), lite_at_(store_kind::sqlite), shared_at_(store_kind::postgres),
          model_at_(store_kind::simulated), lite_(lite_at_.open()) {
        for (int i = 0; i < 3; ++i) {
            shared_.push_back(shared_at_.open());
            model_.push_back(model_at_.open());
        }
    }

    // Streams are few, so that operations meet each other; after a while all have ended, and others take their place.
    void next_round() {
        whole_state();
        first_stream_ += streams;
        stored_.clear();
        ended_.clear();
    }

    void one() {
        begin_step();
        const auto kind = below(100);
        if (kind < 45) return append();
        if (kind < 68) return leases();
        if (kind < 80) return reads();
        if (kind < 92) return registry();
        outbox();
    }

private:
    void whole_state() {
        compare("all heads", wait_for(lite_.log->heads({})), wait_for(shared_[0].log->heads({})),
                wait_for(model_[0].log->heads({})));
        for (std::uint64_t n = 0; n < streams; ++n) state_of(nth(n));
        compare("providers", wait_for(lite_.registry->providers()), wait_for(shared_[0].registry->providers()),
                wait_for(model_[0].registry->providers()));
        compare2("outbox", wait_for(lite_.outbox->pending(1000)), wait_for(shared_[0].outbox->pending(1000)));
    }

    static constexpr std::uint64_t streams = 60;
    static constexpr std::size_t processes = 3;

    stream_id nth(std::uint64_t n) const { return stream_number(first_stream_ + n); }
    stream_id some_stream() { return nth(below(streams)); }
    // What this round's streams have in common.
    std::string of_round(const std::string& what, std::uint64_t n) const {
        return what + std::to_string(first_stream_) + "." + std::to_string(n);
    }

    std::uint64_t version_of(const stream_id& s) {
        return wait_for(model_[0].log->read_stream(s, 0)).value().size();
    }

    void state_of(const stream_id& s) {
        compare("stream", wait_for(lite_.log->read_stream(s, 0)), wait_for(shared_[below(processes)].log->read_stream(s, 0)),
                wait_for(model_[0].log->read_stream(s, 0)));
        head_filter only;
        only.stream = s.text;
        compare("head", wait_for(lite_.log->heads(only)), wait_for(shared_[below(processes)].log->heads(only)),
                wait_for(model_[0].log->heads(only)));
    }

    append_request random_append() {
        const std::uint64_t n = below(streams);
        const std::uint64_t version = version_of(nth(n));
        const std::uint64_t expected = one_in(8) ? below(version + 2) : version;
        append_request r = make_request(first_stream_ + n, expected, 1 + below(3));
        stream_head& h = r.head;
        // A stream stays what it was opened as; so do its names.
        h.kind = n % 3 == 0 ? "contract" : "vm";
        h.name = of_round("name", n % 25);
        h.provider = "p" + std::to_string(n % 2);
        h.owner = "owner" + std::to_string(below(3));
        h.key_fingerprint = one_in(3) ? "" : "key" + std::to_string(below(3));
        const char* states[] = {"accepted", "active", "failed", "termination_failed", "terminated"};
        h.state = states[below(5)];
        h.at_rest = one_in(2);
        h.ended = ended_.contains(n) || (h.state == "terminated" && version > 4);
        if (one_in(2)) h.due_at = timestamp{static_cast<std::int64_t>(below(1000))};
        for (new_event& e : r.events) {
            e.event_id = fixed_uuid(10'000'000 + ++ids_);
            e.command_id = one_in(2) ? "" : of_round("c", one_in(5) ? below(50) : 1000 + ids_);
        }
        for (new_event& e : r.events) e.command_id = r.events[0].command_id;
        if (one_in(3)) {
            r.request.key = of_round("k", below(40));
            r.request.digest = "d" + std::to_string(below(3));
        }
        if (one_in(3)) {
            const auto held = epochs_.find(nth(n).text);
            r.epoch = held == epochs_.end() ? 1 + below(2) : held->second - (held->second > 1 && one_in(3) ? 1 : 0);
        }
        return r;
    }

    void append() {
        append_request r = random_append();
        if (!stored_.empty() && one_in(10)) r = stored_[below(stored_.size())];  // sent again
        if (!stored_.empty() && one_in(30)) r.events[0].event_id = stored_[below(stored_.size())].events[0].event_id;
        // An event id of another stream's: the simulated store leaves that to whoever makes ids.
        const bool known_elsewhere = std::any_of(r.events.begin(), r.events.end(), [&](const new_event& e) {
            const auto it = ids_of_.find(e.event_id);
            return it != ids_of_.end() && it->second != r.head.stream.text + "/" + std::to_string(r.expected_version);
        });
        if (known_elsewhere) {
            const auto one = text_of(wait_for(lite_.log->append(r)));
            const auto two = text_of(wait_for(shared_[0].log->append(r)));
            note("append: an event id twice, " + two.substr(0, two.find('\n')));
            INFO(where("event id twice"));
            REQUIRE_FALSE(two.starts_with("stored"));
            if (r.epoch == 0) REQUIRE(one == two);
            return state_of(r.head.stream);
        }
        const auto model = wait_for(model_[0].log->append(r));
        const auto shared = wait_for(shared_[below(processes)].log->append(r));
        compare2("append", shared, model);
        note("append: " + text_of(shared).substr(0, text_of(shared).find('\n')));
        const bool only_shared =
            !shared && (shared.error().failure == append_failure::taken || shared.error().failure == append_failure::fenced);
        if (!only_shared) compare2("append", wait_for(lite_.log->append(r)), shared);
        if (shared && !shared->repeated) {
            for (const new_event& e : r.events)
                ids_of_[e.event_id] = r.head.stream.text + "/" + std::to_string(r.expected_version);
            if (stored_.size() < 2000) stored_.push_back(r);
            if (r.head.ended) note_end(r.head.stream);
        }
        if (one_in(8)) state_of(r.head.stream);
    }

    void note_end(const stream_id& s) {
        for (std::uint64_t n = 0; n < streams; ++n)
            if (nth(n) == s) ended_.insert(n);
    }

    std::string some_name() {
        if (one_in(3)) return "shared " + std::to_string(below(4));
        const stream_id s = some_stream();
        return version_of(s) == 0 ? "shared 0" : s.text;
    }

    static std::string text_of_leases(std::vector<lease> all) {
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        std::string out;
        for (const auto& l : all) out += l.name + " " + std::to_string(l.epoch) + "\n";
        return out;
    }

    void leases() {
        const std::size_t who = below(processes);
        slipway::leases &shared = *shared_[who].leases, &model = *model_[who].leases;
        const auto equal = [&](const char* what, const std::string& a, const std::string& b) {
            note(std::string(what) + (a.empty() ? ": none" : ": some"));
            if (a == b) return;
            INFO(where(what));
            REQUIRE(a == b);
        };
        const auto keep = [&](const std::vector<lease>& taken) {
            for (const lease& l : taken) {
                held_[who][l.name] = l.epoch;
                epochs_[l.name] = l.epoch;
            }
        };
        const auto listed = [&](bool mine) {
            std::vector<lease> list;
            for (const auto& [name, epoch] : held_[mine ? who : below(processes)])
                if (one_in(2)) list.push_back({name, epoch - (epoch > 1 && one_in(8) ? 1 : 0)});
            return list;
        };
        switch (below(10)) {
            case 0: {
                left_alone others;
                if (one_in(2)) others = {one_in(2) ? "vm" : "contract", {"active", "failed"}};
                const auto a = wait_for(shared.claim_unheld(1000, others)).value();
                equal("claim_unheld", text_of_leases(a),
                      text_of_leases(wait_for(model.claim_unheld(1000, others)).value()));
                return keep(a);
            }
            case 1:
                if (!one_in(4)) return;
                note("leases run out");
                shared_at_.let_all_leases_run_out();
                return model_at_.let_all_leases_run_out();
            case 2: {
                const auto list = listed(!one_in(5));
                REQUIRE(wait_for(shared.release(list)));
                REQUIRE(wait_for(model.release(list)));
                note("release");
                return;
            }
            case 3: {
                const auto list = listed(!one_in(5));
                const auto text = [](std::vector<renewed_lease> all) {
                    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
                    std::string out;
                    for (const auto& l : all) out += l.name + " " + std::to_string(l.version) + "\n";
                    return out;
                };
                return equal("renew", text(wait_for(shared.renew(list)).value()), text(wait_for(model.renew(list)).value()));
            }
            default: {
                const std::string name = some_name();
                const auto a = wait_for(shared.claim(name)).value(), b = wait_for(model.claim(name)).value();
                std::vector<lease> one, two;
                if (a) one.push_back(*a);
                if (b) two.push_back(*b);
                equal("claim", text_of_leases(one), text_of_leases(two));
                return keep(one);
            }
        }
    }

    void find_request(const std::string& key) {
        const auto found = wait_for(lite_.log->find_request(key)).value();
        note(found ? "find_request: some" : "find_request: none");
        INFO(where("find_request"));
        for (event_log* other : {shared_[below(processes)].log.get(), model_[0].log.get()})
            REQUIRE(found == wait_for(other->find_request(key)).value());
    }

    void reads() {
        const auto ask = [&](const std::string& what, auto read) {
            note(what);
            compare(what, read(*lite_.log), read(*shared_[below(processes)].log), read(*model_[0].log));
        };
        switch (below(5)) {
            case 0: {
                head_filter f;
                if (one_in(2)) f.kind = one_in(2) ? "vm" : "contract";
                if (one_in(3)) f.state = "failed";
                if (one_in(3)) f.owner = "owner1";
                if (one_in(4)) f.name = of_round("name", below(25));
                if (one_in(3)) f.provider = "p1";
                if (one_in(3)) f.after = some_stream().text;
                f.live_only = one_in(3);
                f.unfinished_only = one_in(3);
                if (!f.unfinished_only && one_in(3)) f.limit = 1 + below(5);
                return ask("heads", [f](event_log& log) { return wait_for(log.heads(f)); });
            }
            case 1: {
                const auto key = "key" + std::to_string(below(3));
                const auto except = some_stream();
                return ask("live_with_key", [&](event_log& log) { return wait_for(log.live_with_key("p1", key, except)); });
            }
            case 2:
                return ask("find_command", [id = of_round("c", below(50))](event_log& log) { return wait_for(log.find_command(id)); });
            case 3:
                return find_request(of_round("k", below(40)));
            default: {
                note("read_all");
                // seq itself differs: undone transactions have used some up. The order does not.
                const auto a = text_of(first_records(*lite_.log, 100)), b = text_of(first_records(*shared_[0].log, 100)),
                           c = text_of(first_records(*model_[0].log, 100));
                INFO(where("read_all"));
                REQUIRE(a == b);
                REQUIRE(b == c);
            }
        }
    }

    void registry() {
        slipway::registry* all[] = {lite_.registry.get(), shared_[0].registry.get(), model_[0].registry.get()};
        const std::string id = "p" + std::to_string(below(5));
        const auto now = static_cast<std::int64_t>(step());
        provider_record p;
        p.id = id;
        p.sealed_token = "sealed" + std::to_string(below(3));
        p.token_works = one_in(2);
        p.token_problem = p.token_works ? "" : "it's \"bad\"";
        p.created_at = p.changed_at = p.token_checked_at = {now};
        if (one_in(2)) p.recipients.push_back({"email", "a@b.example"});
        if (one_in(2)) p.recipients.push_back({"telegram", std::to_string(below(9))});
        offering_record o{"o" + std::to_string(below(5)), id, "cx23", "nbg1", "ubuntu", 5, one_in(2) ? "" : "#!/bin/sh\n",
                          {now}, {now}};
        const auto what = below(3);
        std::string answers[3];
        for (int i = 0; i < 3; ++i) {
            slipway::registry& in = *all[i];
            if (what == 0) {
                const bool done = wait_for(in.put_provider(p)).has_value();
                answers[i] = done ? "put_provider" : "no";
            } else if (what == 1) {
                answers[i] = wait_for(in.note_token(p)).has_value() ? "note_token" : "no";
            } else {
                // The simulated registry does not look for the provider.
                if (!wait_for(lite_.registry->provider(o.provider)).value()) return;
                answers[i] = wait_for(in.put_offering(o)).has_value() ? "put_offering" : "no";
            }
            const auto known = wait_for(in.provider(id)).value();
            const auto sold = wait_for(in.offering(o.id)).value();
            answers[i] += "\n" + (known ? text_of(*known) : "") + (sold ? text_of(*sold) : "");
        }
        note(answers[0].substr(0, answers[0].find('\n')));
        INFO(where("registry"));
        REQUIRE(answers[0] == answers[1]);
        REQUIRE(answers[1] == answers[2]);
    }

    void outbox() {
        slipway::outbox* all[] = {lite_.outbox.get(), shared_[0].outbox.get()};
        outgoing m{"e" + std::to_string(below(300)), one_in(2) ? "email" : "telegram", "r", "s", "line\n\"two\"", {1},
                   {static_cast<std::int64_t>(below(1000))}, static_cast<int>(below(5))};
        const auto what = below(3);
        std::string answers[2];
        for (int i = 0; i < 2; ++i) {
            slipway::outbox& in = *all[i];
            result<void> done;
            if (what == 0) done = wait_for(in.add({m}, step()));
            if (what == 1) done = wait_for(in.done(m, "sent"));
            if (what == 2) done = wait_for(in.postpone(m));
            answers[i] = (done ? "done " : "no ") + std::to_string(wait_for(in.read_up_to()).value()) + "\n" +
                         text_of(wait_for(in.pending(20)));
        }
        const char* names[] = {"outbox add", "outbox done", "outbox postpone"};
        note(names[what]);
        INFO(where("outbox"));
        REQUIRE(answers[0] == answers[1]);
    }

    std::uint64_t ids_ = 0, first_stream_ = 0;
    store_under_test lite_at_, shared_at_, model_at_;
    opened_store lite_;
    std::vector<opened_store> shared_, model_;
    std::vector<append_request> stored_;
    std::map<std::string, std::string> ids_of_;
    std::set<std::uint64_t> ended_;
    std::map<std::string, std::uint64_t> held_[processes], epochs_;
};

}  // namespace

TEST_CASE("the same random operations have the same answers on every store, and leave the same state") {
    const std::uint64_t operations = number_from("SLIPWAY_DIFFERENTIAL", 10'000);
    const std::uint64_t seed = number_from("SLIPWAY_SEED", 1);
    std::map<std::string, std::uint64_t> seen;
    constexpr std::uint64_t of_a_round = 1'000, rounds_of_a_world = 10;  // what has ended makes every look at all of it longer
    for (std::uint64_t done = 0, world = 0; done < operations; ++world) {
        random_operations on(seed + world);
        for (std::uint64_t round = 0; round < rounds_of_a_world && done < operations; ++round) {
            for (const std::uint64_t end = std::min(operations, done + of_a_round); done < end; ++done) on.one();
            on.next_round();
        }
        for (const auto& [what, times] : on.seen()) seen[what] += times;
    }
    for (const auto& [what, times] : seen) std::cerr << what << ": " << times << '\n';
    for (const char* what :
         {"append: stored", "append: repeated", "append: version_conflict", "append: taken", "append: fenced",
          "append: an event id twice, version_conflict", "claim: some", "claim: none", "claim_unheld: some",
          "claim_unheld: none", "renew: some", "renew: none", "release", "leases run out", "heads", "live_with_key",
          "find_command", "find_request: some", "find_request: none", "read_all", "put_provider", "put_offering", "note_token",
          "outbox add", "outbox done", "outbox postpone"}) {
        INFO(what);
        CHECK(seen[what] > 0);
    }
}
