#include "engine/model/record_line.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/stream_records.hpp"
#include "tools/slipway-log/layout.hpp"

namespace slipway::inspection {

namespace {

// Records come as they are written: the columns are fixed, not as wide as the widest cell.
std::string human_line(const event_record& r, std::size_t width) {
    const auto padded = [](std::string text, std::size_t size) {
        const std::size_t taken = width_of(text);
        if (taken < size) text.append(size - taken, ' ');
        return text;
    };
    std::string line = padded(std::to_string(r.seq), 6) + "  " + to_rfc3339(r.at) + "  " +
                       printable(short_id(r.stream)) + "  " + padded(std::to_string(r.version), 3) + "  " +
                       padded(printable(r.type), 18) + "  " + details_of(r);
    while (line.ends_with(' ')) line.pop_back();
    return width == 0 ? line : cut(line, width);
}

bool print(context& on, const event_record& r) {
    return static_cast<bool>(on.out << (on.json ? record_line(r) : human_line(r, on.width)) << '\n');
}

// Until the end of the log and, when following, on with what is appended. `go_on` prints what there is.
template <class GoOn>
void follow(context& on, const events_options& options, GoOn go_on) {
    for (;;) {
        go_on();
        on.out.flush();
        if (!on.out || !options.wait || !options.wait()) return;
    }
}

}  // namespace

int events(context& on, const events_options& options) {
    int code = exit_done;
    const auto missing = [&](const std::string& what) {
        on.complaints << printable(what) << '\n';
        code = exit_failed;
    };
    if (!options.stream) {
        log_walk walk(on.log, options.after_seq);
        follow(on, options, [&] {
            walk.on([&](const event_record& r) { return print(on, r); },
                    [&](const unreadable& lost) { missing(lost.sentence()); });
        });
        return code;
    }
    const auto stream = find_stream(on.log, *options.stream);
    if (!stream) return complain(on.complaints, stream.error());
    std::uint64_t version = 0;
    follow(on, options, [&] {
        std::vector<event_record> records;
        if (version == 0) {
            auto found = records_of(on.log, *stream);
            if (!found) return missing(found.error().message);
            for (const std::string& lost : found->lost) missing(lost);
            records = std::move(found->records);
        } else if (options.wait) {
            auto appended = on.log.read_stream(*stream, version);
            if (!appended) return missing(appended.error().message);
            records = *std::move(appended);
        }
        if (!records.empty()) version = records.back().version;
        for (const event_record& r : records)
            if (r.seq > options.after_seq && !print(on, r)) return;
    });
    return code;
}

}  // namespace slipway::inspection
