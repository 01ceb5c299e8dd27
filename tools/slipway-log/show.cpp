#include "engine/base/duration_text.hpp"
#include "engine/model/record_line.hpp"
#include "engine/service/history.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/moment.hpp"
#include "tools/slipway-log/stream_records.hpp"
#include "tools/slipway-log/layout.hpp"

#include <algorithm>

namespace slipway::inspection {

using service::fold;
using service::history;

namespace {

void print_header(context& on, const stream_head& head) {
    const auto labelled = [&](const char* label, const std::string& value) {
        if (!value.empty()) on.out << "  " << label << ' ' << printable(value);
    };
    on.out << printable(head.kind) << ' ' << printable(head.name) << "  " << printable(head.state);
    labelled("owner", head.owner);
    on.out << "  version " << head.version << '\n';
    on.out << "stream " << printable(head.stream.text);
    labelled("provider", head.provider);
    on.out << "\n\n";
}

void print_timeline(context& on, const std::vector<event_record>& records, const history& lived) {
    table lines({{"TIME"}, {"AFTER"}, {"V"}, {"TYPE"}, {"DETAILS", table::shrink::end}});
    for (std::size_t i = 0; i < records.size(); ++i) {
        const event_record& r = records[i];
        std::string details = details_of(r);
        const bool known = i < lived.states.size();
        if (known && (i == 0 || lived.states[i] != lived.states[i - 1]) && lived.states[i] != r.type)
            details = "-> " + lived.states[i] + (details.empty() ? "" : "  ") + details;
        lines.add({to_rfc3339(r.at), i == 0 ? "" : duration_text(r.at - records[i - 1].at), std::to_string(r.version),
                   printable(r.type), details});
    }
    lines.print(on.out, on.width);
}

void print_json(context& on, const std::vector<event_record>& records, const history& lived, const stream_head& head) {
    auto first = head_json(head);
    first["waits_for"] = lived.waits_for;
    on.out << dump(first) << '\n';
    for (std::size_t i = 0; i < records.size() && on.out; ++i) {
        nlohmann::ordered_json extra;
        extra["state"] = nullptr;
        if (i < lived.states.size()) extra["state"] = lived.states[i];
        extra["after_ms"] = i == 0 ? 0 : (records[i].at - records[i - 1].at).count();
        on.out << record_line(records[i], dump(extra)) << '\n';
    }
}

// What the header says: the machine's word where it can replay the events, else what the log has cached.
result<stream_head> head_for(context& on, const std::vector<event_record>& records, const history& lived, bool now) {
    stream_head head;
    head.stream = records.front().stream;
    head.kind = records.front().kind;
    head.state = "unknown";
    if (lived.head && !lived.broken) {
        head = *lived.head;
    } else if (now) {
        head_filter its_own;
        its_own.stream = head.stream.text;
        const auto found = on.log.heads(its_own);
        if (!found) return found.error();
        if (!found->empty()) head = found->front();
    }
    head.version = records.back().version;
    head.hash = records.back().hash;
    return head;
}

}  // namespace

int show(context& on, const std::string& stream, const std::optional<std::string>& at) {
    const log_reader::snapshot together(on.log);
    const auto id = find_stream(on.log, stream);
    if (!id) return complain(on.complaints, id.error());
    auto found = records_of(on.log, *id);
    if (!found) return complain(on.complaints, found.error());
    std::vector<event_record>* records = &found->records;
    for (const std::string& lost : found->lost) on.complaints << printable(lost) << '\n';
    if (at)
        if (const auto then = go_back(*records, *at); !then) return complain(on.complaints, then.error());
    history lived = fold(*records);
    if (lived.broken) lived.waits_for = "unknown: the events cannot be replayed";
    const auto head = head_for(on, *records, lived, !at);
    if (!head) return complain(on.complaints, head.error());
    if (on.json) {
        print_json(on, *records, lived, *head);
    } else {
        print_header(on, *head);
        print_timeline(on, *records, lived);
        on.out << "\nwaits for " << lived.waits_for << '\n';
    }
    if (!lived.broken) return found->lost.empty() ? exit_done : exit_failed;
    const event_record& culprit = (*records)[std::min(lived.states.size(), records->size() - 1)];
    on.complaints << "stream " << printable(id->text) << " cannot be replayed from version " << culprit.version
                  << " on: " << printable(*lived.broken) << ". Run slipway-log verify.\n";
    return exit_failed;
}

}  // namespace slipway::inspection
