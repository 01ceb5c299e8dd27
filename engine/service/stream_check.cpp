#include "engine/service/stream_check.hpp"

#include "engine/service/history.hpp"

#include <iterator>
#include <optional>
#include <utility>

namespace slipway::service {

namespace {

log_problem in_record(const char* problem, const event_record& r, std::string message) {
    return {problem, r.stream.text, r.version, r.seq, std::move(message)};
}

log_problem in_stream(const char* problem, const stream_id& stream, std::string message) {
    return {problem, stream.text, 0, 0, std::move(message)};
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

void append(log_problems& to, log_problems more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

log_problems stream_chain::take(const event_record& next) {
    log_problems found;
    if (version_ == 0) kind_ = next.kind;
    if (next.kind != kind_)
        found.push_back(
            in_record("kind_changed", next, "its kind is \"" + next.kind + "\", the stream's is \"" + kind_ + "\""));
    const std::uint64_t expected = version_ + 1;
    if (next.version == expected) {
        const std::string by_stored = chain_hash(stored_, next);
        const bool fits = next.hash == by_stored || (computed_ != stored_ && next.hash == chain_hash(computed_, next));
        if (!fits)
            found.push_back(in_record("hash_mismatch", next,
                                      "the hash does not fit the record: the record or its hash was changed after "
                                      "it was written"));
        computed_ = fits ? next.hash : by_stored;
    } else {
        if (next.version == expected + 1)
            found.push_back(in_record("missing_version", next, "version " + std::to_string(expected) + " is missing"));
        else if (next.version > expected)
            found.push_back(in_record(
                "missing_version", next,
                "versions " + std::to_string(expected) + " to " + std::to_string(next.version - 1) + " are missing"));
        else
            found.push_back(
                in_record("version_order", next, "version " + std::to_string(version_) + " came before it"));
        computed_ = next.hash;  // what came before is unknown, so the chain starts again here
    }
    stored_ = next.hash;
    version_ = next.version;
    return found;
}

log_problems check_end(const stream_id& stream, const stream_chain& chain, const stream_head* head) {
    if (head == nullptr) return {in_stream("missing_head", stream, "it has events but no head")};
    if (head->hash != chain.hash())
        return {in_stream("head_differs", stream, "the head's hash is not the hash of the last event")};
    return {};
}

log_problems check_replay(const stream_id& stream, const stream_chain& chain, std::span<const event_record> records,
                          const stream_head* head) {
    log_problems found;
    const history lived = fold(records);
    if (lived.broken) {
        const std::size_t at = lived.states.size();
        found.push_back(at < records.size() ? in_record("illegal_transition", records[at], *lived.broken)
                                            : in_stream("illegal_transition", stream, *lived.broken));
    }
    if (head == nullptr) return found;
    if (!lived.broken && lived.head)
        for (const std::string& difference : differences(*head, *lived.head))
            found.push_back(in_stream("head_differs", stream, "the head's " + difference));
    else if (head->version != chain.version())
        found.push_back(in_stream("head_differs", stream,
                                  "the head is at version " + std::to_string(head->version) +
                                      ", the last event at version " + std::to_string(chain.version())));
    return found;
}

log_problem missing_events(const stream_id& stream) {
    return in_stream("missing_events", stream, "it has a head but no events");
}

log_problems check_stream(std::span<const event_record> records, const stream_head& head) {
    if (records.empty()) return {missing_events(head.stream)};
    log_problems found;
    stream_chain chain;
    for (const event_record& record : records) append(found, chain.take(record));
    append(found, check_end(head.stream, chain, &head));
    append(found, check_replay(head.stream, chain, records, &head));
    return found;
}

}  // namespace slipway::service
