#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/layout.hpp"

namespace slipway::inspection {

namespace {

// Whoever wants the beginning (`| head`) does not wait for the end. What is longer than a page may become wider on the way.
constexpr std::size_t streams_of_a_page = 500;

void list_as_lines(context& on, const std::vector<stream_head>& heads, table& lines) {
    for (const stream_head& head : heads)
        lines.add({printable(head.stream.text), printable(head.kind), printable(head.name), printable(head.state),
                   std::to_string(head.version), printable(head.owner), head.due_at ? to_rfc3339(*head.due_at) : ""});
    lines.print(on.out, on.width);
}

void list_as_json(context& on, const std::vector<stream_head>& heads) {
    for (const stream_head& head : heads)
        if (!(on.out << dump(head_json(head)) << '\n')) return;
}

}  // namespace

int list(context& on, const head_filter& filter) {
    const log_reader::snapshot together(on.log);
    table lines({{"STREAM", table::shrink::beginning},  // ids differ most at their end
                 {"KIND"},
                 {"NAME", table::shrink::end},
                 {"STATE"},
                 {"VERSION"},
                 {"OWNER", table::shrink::end},
                 {"DUE"}});
    head_filter page = filter;
    page.limit = streams_of_a_page;
    for (;;) {
        const auto heads = on.log.heads(page);
        if (!heads) {
            on.complaints << heads.error().message << '\n';
            return exit_code_of(heads.error().kind);
        }
        if (on.json)
            list_as_json(on, *heads);
        else
            list_as_lines(on, *heads, lines);
        if (!on.out || heads->size() < page.limit) return exit_done;
        page.after = heads->back().stream.text;
    }
}

}  // namespace slipway::inspection
