#include "engine/runtime/hash_chain.hpp"
#include "engine/service/history.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/store_check.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/layout.hpp"

#include <map>

namespace slipway::inspection {

using service::fold;
using service::history;

namespace {

struct place {
    std::string stream;
    std::uint64_t version = 0, seq = 0;  // 0: the stream, or the log, as a whole
};

class findings {
public:
    explicit findings(context& on) : on_(on) {}

    void add(const char* problem, const place& where, const std::string& message) {
        ++count_;
        on_.progress.clear();
        if (on_.json) {
            nlohmann::ordered_json line;
            line["problem"] = problem;
            if (!where.stream.empty()) line["stream"] = where.stream;
            if (where.version != 0) line["version"] = where.version;
            if (where.seq != 0) line["seq"] = where.seq;
            line["message"] = message;
            on_.out << dump(line) << '\n';
            return;
        }
        std::string text;
        if (!where.stream.empty()) text += "stream " + printable(where.stream) + ' ';
        if (where.version != 0) text += "version " + std::to_string(where.version) + ' ';
        if (where.seq != 0)
            text +=
                text.empty() ? "seq " + std::to_string(where.seq) + ' ' : "(seq " + std::to_string(where.seq) + ") ";
        if (!text.empty()) text.back() = ':';
        on_.out << text << (text.empty() ? "" : " ") << printable(message) << '\n';
    }

    std::uint64_t count() const { return count_; }

private:
    context& on_;
    std::uint64_t count_ = 0;
};

// What the records of one stream have shown so far, in the order of seq.
struct chain {
    std::string kind;
    std::uint64_t version = 0;
    std::string stored{first_previous_hash};    // the hash of the last record as it says
    std::string computed{first_previous_hash};  // and as it should be: where they differ one of the two is the culprit
};

using chains = std::map<std::string, chain>;

void check_record(const event_record& r, chain& c, findings& found) {
    const place here{r.stream.text, r.version, r.seq};
    if (c.version == 0) c.kind = r.kind;
    if (r.kind != c.kind)
        found.add("kind_changed", here, "its kind is \"" + r.kind + "\", the stream's is \"" + c.kind + "\"");
    const std::uint64_t expected = c.version + 1;
    if (r.version == expected) {
        const std::string by_stored = chain_hash(c.stored, r);
        const bool fits = r.hash == by_stored || (c.computed != c.stored && r.hash == chain_hash(c.computed, r));
        if (!fits)
            found.add("hash_mismatch", here,
                      "the hash does not fit the record: the record or its hash was changed after "
                      "it was written");
        c.computed = fits ? r.hash : by_stored;
    } else {
        if (r.version == expected + 1)
            found.add("missing_version", here, "version " + std::to_string(expected) + " is missing");
        else if (r.version > expected)
            found.add("missing_version", here,
                      "versions " + std::to_string(expected) + " to " + std::to_string(r.version - 1) + " are missing");
        else
            found.add("version_order", here, "version " + std::to_string(c.version) + " came before it");
        c.computed = r.hash;  // what came before is unknown, so the chain starts again here
    }
    c.stored = r.hash;
    c.version = r.version;
}

std::uint64_t check_records(context& on, chains& streams, findings& found) {
    std::uint64_t seq = 0, count = 0;
    const auto all = on.progress.shown() ? on.log.event_count() : result<std::uint64_t>(0);
    const auto take = [&](const event_record& r) {
        if (!on.log.has_every_seq()) seq = r.seq - 1;
        if (r.seq == seq + 2)
            found.add("missing_seq", {{}, 0, r.seq}, "seq " + std::to_string(seq + 1) + " before it is missing");
        else if (r.seq != seq + 1)
            found.add("missing_seq", {{}, 0, r.seq},
                      "seq " + std::to_string(seq + 1) + " to " + std::to_string(r.seq - 1) + " before it are missing");
        seq = r.seq;
        on.progress.at("records", ++count, all ? *all : 0);
        check_record(r, streams[r.stream.text], found);
        return static_cast<bool>(on.out);
    };
    log_walk(on.log).on(take, [&](const unreadable& lost) {
        found.add("unreadable", {{}, 0, lost.from}, lost.sentence());
        seq = lost.to;
    });
    return count;
}

// Member by member, so that the answer says what differs. `definition` is left out: it names the table that wrote the
// last event, which may be an older one than this program's. So is the hash, which is compared with the event's.
std::vector<std::string> differences(const stream_head& stored, const stream_head& replayed) {
    std::vector<std::string> found;
    const auto compare = [&](const char* member, const std::string& is, const std::string& should) {
        if (is != should)
            found.push_back(std::string(member) + " is \"" + is + "\", the events make it \"" + should + "\"");
    };
    const auto time = [](const std::optional<timestamp>& t) { return t ? to_rfc3339(*t) : std::string("none"); };
    const auto flag = [](bool b) { return std::string(b ? "true" : "false"); };
    compare("kind", stored.kind, replayed.kind);
    compare("state", stored.state, replayed.state);
    compare("version", std::to_string(stored.version), std::to_string(replayed.version));
    compare("owner", stored.owner, replayed.owner);
    compare("name", stored.name, replayed.name);
    compare("provider", stored.provider, replayed.provider);
    compare("key_fingerprint", stored.key_fingerprint, replayed.key_fingerprint);
    compare("due_at", time(stored.due_at), time(replayed.due_at));
    compare("at_rest", flag(stored.at_rest), flag(replayed.at_rest));
    compare("ended", flag(stored.ended), flag(replayed.ended));
    return found;
}

void check_stream(context& on, const std::string& id, const chain& c, const stream_head* head, findings& found) {
    if (head == nullptr) found.add("missing_head", {id}, "it has events but no head");
    if (head != nullptr && head->hash != c.stored)
        found.add("head_differs", {id}, "the head's hash is not the hash of the last event");
    const auto records = on.log.read_stream({id}, 0);
    if (!records) return found.add("unreadable", {id}, records.error().message);
    const history lived = fold(*records);
    if (lived.broken) {
        const std::size_t at = lived.states.size();
        place where{id};
        if (at < records->size()) where = {id, (*records)[at].version, (*records)[at].seq};
        found.add("illegal_transition", where, *lived.broken);
    }
    if (head == nullptr) return;
    if (!lived.broken && lived.head)
        for (const std::string& difference : differences(*head, *lived.head))
            found.add("head_differs", {id}, "the head's " + difference);
    else if (head->version != c.version)
        found.add("head_differs", {id},
                  "the head is at version " + std::to_string(head->version) + ", the last event at version " +
                      std::to_string(c.version));
}

void check_store(context& on, store_check& store, findings& found) {
    if (on.log.cut_off()) found.add("file", {}, on.log.cut_off()->message);
    const auto lines = store.wait();
    if (!lines) return found.add("file", {}, lines.error().message);
    for (const std::string& line : *lines) found.add("file", {}, line);
}

}  // namespace

int verify(context& on) {
    const log_reader::snapshot together(on.log);
    findings found(on);
    chains streams;
    store_check store(on.log);
    const std::uint64_t events = check_records(on, streams, found);
    std::map<std::string, stream_head> heads;
    if (const auto read = on.log.heads({}))
        for (const stream_head& head : *read) heads.emplace(head.stream.text, head);
    else
        found.add("unreadable", {}, read.error().message);
    std::uint64_t checked = 0;
    for (const auto& [id, c] : streams) {
        on.progress.at("streams", ++checked, streams.size());
        const auto head = heads.find(id);
        if (!on.out) return exit_failed;
        check_stream(on, id, c, head == heads.end() ? nullptr : &head->second, found);
    }
    for (const auto& [id, head] : heads)
        if (!streams.contains(id)) found.add("missing_events", {id}, "it has a head but no events");
    check_store(on, store, found);
    on.progress.clear();

    if (on.json) {
        nlohmann::ordered_json line;
        line["streams"] = streams.size();
        line["events"] = events;
        line["problems"] = found.count();
        on.out << dump(line) << '\n';
    } else {
        on.out << streams.size() << " streams, " << events << " events: "
               << (found.count() == 0 ? "hash chains, versions, transitions and heads are right"
                                      : std::to_string(found.count()) + (found.count() == 1 ? " problem" : " problems"))
               << '\n';
    }
    if (found.count() == 0) return exit_done;
    on.complaints << "the event log " << on.log.place() << " is damaged or was changed: " << found.count()
                  << (found.count() == 1 ? " problem" : " problems") << ". Keep a copy of it before anything else.\n";
    return exit_failed;
}

}  // namespace slipway::inspection
