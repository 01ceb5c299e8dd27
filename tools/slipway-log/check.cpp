#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/layout.hpp"

#include "engine/machines/vm.hpp"

#include <set>

namespace slipway::inspection {

namespace {

// Of the heads and of the events: a damaged log may have lost either.
std::set<std::string> all_streams(context& on, const std::vector<stream_head>& heads) {
    std::set<std::string> ids;
    for (const stream_head& head : heads) ids.insert(head.stream.text);
    const auto others = on.log.streams_with_events();
    if (!others) on.complaints << others.error().message << '\n';
    if (others)
        for (const stream_id& stream : *others) ids.insert(stream.text);
    return ids;
}

std::optional<std::string> why_not_replayed(context& on, const std::string& id) {
    const auto records = on.log.read_stream({id}, 0);
    if (!records) return "stream " + id + ": " + records.error().message;
    if (records->empty()) return "stream " + id + ": it has a head but no events";
    const auto state = replay(*records);
    if (!state) return state.error().message;
    if (state->kind() != records->front().kind)
        return "stream " + id + ": its records are of the kind \"" + records->front().kind +
               "\", its first event is of \"" + std::string(state->kind()) + "\"";
    return {};
}

// Heads that another version of a table wrote: not wrong, but good to know after an upgrade.
std::size_t written_by_others(const std::vector<stream_head>& heads) {
    std::size_t count = 0;
    for (const stream_head& head : heads)
        for (const machine* m : all_machines())
            if (head.kind == m->kind && head.definition != m->fingerprint) ++count;
    return count;
}

std::string summary(std::size_t streams, std::size_t broken, std::size_t foreign) {
    std::string text = std::to_string(streams) + " streams: ";
    text += broken == 0 ? "this program can replay all of them"
                        : std::to_string(broken) + " of them cannot be replayed by this program";
    if (foreign > 0)
        text += "; " + std::to_string(foreign) + " were last written with another version of their transition table";
    return text;
}

}  // namespace

int check(context& on) {
    const log_reader::snapshot together(on.log);
    std::vector<stream_head> heads;
    auto read = on.log.heads({});
    if (read)
        heads = *std::move(read);
    else
        on.complaints << read.error().message << '\n';
    const auto ids = all_streams(on, heads);
    std::size_t broken = read ? 0 : 1;
    for (const std::string& id : ids) {
        const auto why = why_not_replayed(on, id);
        if (!on.out) return exit_done;
        if (!why) continue;
        ++broken;
        nlohmann::ordered_json line;
        line["stream"] = id;
        line["replayed"] = false;
        line["message"] = *why;
        on.out << (on.json ? dump(line) : printable(*why)) << '\n';
    }
    const std::size_t foreign = written_by_others(heads);
    nlohmann::ordered_json line;
    line["streams"] = ids.size();
    line["not_replayed"] = broken;
    line["other_definition"] = foreign;
    on.out << (on.json ? dump(line) : summary(ids.size(), broken, foreign)) << '\n';
    return broken == 0 ? exit_done : exit_failed;
}

}  // namespace slipway::inspection
