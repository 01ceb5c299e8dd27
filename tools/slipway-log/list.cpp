#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/layout.hpp"

namespace slipway::inspection {

int list(context& on, const head_filter& filter) {
    const auto heads = on.log.heads(filter);
    if (!heads) {
        on.complaints << heads.error().message << '\n';
        return exit_code_of(heads.error().kind);
    }
    if (on.json) {
        for (const stream_head& head : *heads)
            if (!(on.out << dump(head_json(head)) << '\n')) break;
        return exit_done;
    }
    table lines({{"STREAM", table::shrink::beginning},  // ids differ most at their end
                 {"KIND"},
                 {"NAME", table::shrink::end},
                 {"STATE"},
                 {"VERSION"},
                 {"OWNER", table::shrink::end},
                 {"DUE"}});
    for (const stream_head& head : *heads)
        lines.add({printable(head.stream.text), printable(head.kind), printable(head.name), printable(head.state),
                   std::to_string(head.version), printable(head.owner), head.due_at ? to_rfc3339(*head.due_at) : ""});
    lines.print(on.out, on.width);
    return exit_done;
}

}  // namespace slipway::inspection
