#include "engine/service/stream_check.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/store_check.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/layout.hpp"
#include "tools/slipway-log/soundness.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace slipway::inspection {

using service::check_end;
using service::check_replay;
using service::log_problem;
using service::missing_events;
using service::stream_chain;

namespace {

class findings {
public:
    explicit findings(context& on) : on_(on) {}

    void add(const log_problem& found) {
        ++count_;
        on_.progress.clear();
        if (on_.json) {
            nlohmann::ordered_json line;
            line["problem"] = found.problem;
            if (!found.stream.empty()) line["stream"] = found.stream;
            if (found.version != 0) line["version"] = found.version;
            if (found.seq != 0) line["seq"] = found.seq;
            line["message"] = found.message;
            on_.out << dump(line) << '\n';
            return;
        }
        std::string text;
        if (!found.stream.empty()) text += "stream " + printable(found.stream) + ' ';
        if (found.version != 0) text += "version " + std::to_string(found.version) + ' ';
        if (found.seq != 0)
            text += text.empty() ? "seq " + std::to_string(found.seq) + ' '
                                 : "(seq " + std::to_string(found.seq) + ") ";
        if (!text.empty()) text.back() = ':';
        on_.out << text << (text.empty() ? "" : " ") << printable(found.message) << '\n';
    }

    void add(const std::vector<log_problem>& all) {
        for (const log_problem& one : all) add(one);
    }

    void add(const char* problem, std::string message, std::string stream = {}, std::uint64_t seq = 0) {
        add(log_problem{problem, std::move(stream), 0, seq, std::move(message)});
    }

    std::uint64_t count() const { return count_; }

private:
    context& on_;
    std::uint64_t count_ = 0;
};

using chains = std::map<std::string, stream_chain>;

std::uint64_t check_records(context& on, chains& streams, findings& found) {
    std::uint64_t seq = 0, count = 0;
    const auto all = on.progress.shown() ? on.log.event_count() : result<std::uint64_t>(0);
    const auto take = [&](const event_record& r) {
        if (!on.log.has_every_seq()) seq = r.seq - 1;
        if (r.seq == seq + 2)
            found.add("missing_seq", "seq " + std::to_string(seq + 1) + " before it is missing", {}, r.seq);
        else if (r.seq != seq + 1)
            found.add("missing_seq",
                      "seq " + std::to_string(seq + 1) + " to " + std::to_string(r.seq - 1) + " before it are missing", {},
                      r.seq);
        seq = r.seq;
        on.progress.at("records", ++count, all ? *all : 0);
        found.add(streams[r.stream.text].take(r));
        return static_cast<bool>(on.out);
    };
    log_walk(on.log).on(take, [&](const unreadable& lost) {
        found.add("unreadable", lost.sentence(), {}, lost.from);
        seq = lost.to;
    });
    return count;
}

void check_one(context& on, const stream_id& stream, const stream_chain& chain, const stream_head* head,
               findings& found) {
    found.add(check_end(stream, chain, head));
    const auto records = on.log.read_stream(stream, 0);
    if (!records) return found.add("unreadable", records.error().message, stream.text);
    found.add(check_replay(stream, chain, *records, head));
}

void check_store(context& on, store_check& store, findings& found) {
    if (on.log.cut_off()) found.add("file", on.log.cut_off()->message);
    const auto& lines = store.wait();
    if (!lines) return found.add("file", lines.error().message);
    for (const std::string& line : *lines) found.add("file", line);
}

// Record by record in the order of the log, then stream by stream. None: nobody reads what is found.
std::optional<sound_log> look_for_culprits(context& on, store_check& store, findings& found) {
    chains streams;
    const std::uint64_t events = check_records(on, streams, found);
    std::map<std::string, stream_head> heads;
    if (const auto read = on.log.heads({}))
        for (const stream_head& head : *read) heads.emplace(head.stream.text, head);
    else
        found.add("unreadable", read.error().message);
    std::uint64_t checked = 0;
    for (const auto& [id, c] : streams) {
        on.progress.at("streams", ++checked, streams.size());
        const auto head = heads.find(id);
        if (!on.out) return {};
        check_one(on, {id}, c, head == heads.end() ? nullptr : &head->second, found);
    }
    for (const auto& [id, head] : heads)
        if (!streams.contains(id)) found.add(missing_events({id}));
    check_store(on, store, found);
    return sound_log{streams.size(), events};
}

}  // namespace

int verify(context& on) {
    const log_reader::snapshot together(on.log);
    findings found(on);
    store_check store(on.log);
    // Nearly every log is right, and to see that takes half as long as to name what is wrong.
    auto counted = whole_log_is_right(on.log, on.progress);
    if (const auto& lines = store.wait(); !counted || !lines || !lines->empty())
        counted = look_for_culprits(on, store, found);
    if (!counted) return exit_failed;
    on.progress.clear();

    if (on.json) {
        nlohmann::ordered_json line;
        line["streams"] = counted->streams;
        line["events"] = counted->events;
        line["problems"] = found.count();
        on.out << dump(line) << '\n';
    } else {
        on.out << counted->streams << " streams, " << counted->events << " events: "
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
