#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/text.hpp"

namespace slipway::inspection {

namespace {

constexpr std::size_t page = 1000;

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

result<std::vector<event_record>> next_page(context& on, const std::optional<stream_id>& stream,
                                            std::uint64_t after_seq, std::uint64_t after_version) {
    if (!stream) return on.log.read_all(after_seq, page);
    auto records = on.log.read_stream(*stream, after_version);
    if (records) std::erase_if(*records, [&](const event_record& r) { return r.seq <= after_seq; });
    return records;
}

}  // namespace

int events(context& on, const events_options& options) {
    const auto complain = [&](const error& why) -> int {
        on.complaints << why.message << '\n';
        return cli::exit_code_of(why.kind);
    };
    std::optional<stream_id> stream;
    if (options.stream) {
        auto found = find_stream(on.log, *options.stream);
        if (!found) return complain(found.error());
        stream = std::move(*found);
    }
    std::uint64_t after_seq = options.after_seq, after_version = 0;
    for (;;) {
        const auto records = next_page(on, stream, after_seq, after_version);
        if (!records) return complain(records.error());
        for (const event_record& r : *records) {
            if (!(on.out << (on.json ? json_line(r) : human_line(r, on.width)) << '\n')) return cli::exit_done;
            after_seq = r.seq;
            after_version = r.version;
        }
        if (!records->empty() && !stream) continue;
        on.out.flush();
        if (!on.out || !options.wait || !options.wait()) return cli::exit_done;
    }
}

}  // namespace slipway::inspection
