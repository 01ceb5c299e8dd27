#include "engine/base/duration_text.hpp"
#include "engine/machines/tables.hpp"
#include "engine/machines/vm.hpp"
#include "engine/service/history.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/stream_records.hpp"
#include "tools/slipway-log/layout.hpp"

#include "sml/render.hpp"

#include <algorithm>
#include <map>

namespace slipway::inspection {

using service::fold;
using service::history;
using service::machine_names;

namespace {

result<void> add_counts(log_reader& log, const std::string& kind, sml::render_options& options) {
    head_filter filter;
    filter.kind = kind;
    const auto heads = log.heads(filter);
    if (!heads) return heads.error();
    std::map<std::string, std::uint64_t> counts;
    for (const stream_head& head : *heads) ++counts[head.state];
    for (const auto& [state, count] : counts) options.counts.push_back({state, count});
    return {};
}

// The states in the order in which they were reached, each with when and for how long.
result<void> add_path(log_reader& log, const std::string& what, const std::string& kind,
                      sml::render_options& options) {
    const log_reader::snapshot together(log);
    const auto id = find_stream(log, what);
    if (!id) return id.error();
    const auto found = records_of(log, *id);
    if (!found) return found.error();
    const std::vector<event_record>* records = &found->records;
    if (records->front().kind != kind)
        return make_error(error_kind::usage, "stream " + printable(what) + " is of the kind " +
                                                 printable(records->front().kind) + ", not " + kind + ".");
    const history lived = fold(*records);
    if (lived.broken)
        return make_error(error_kind::corrupt, "stream " + printable(what) + " cannot be replayed: " +
                                                   printable(*lived.broken) + ". Run slipway-log verify.");
    for (std::size_t first = 0; first < lived.states.size();) {
        std::size_t next = first + 1;
        while (next < lived.states.size() && lived.states[next] == lived.states[first]) ++next;
        std::string label = to_rfc3339((*records)[first].at);
        if (next < records->size()) label += ", " + duration_text((*records)[next].at - (*records)[first].at).substr(1);
        options.path.push_back({lived.states[first], label});
        first = next;
    }
    return {};
}

template <class Machine>
void draw(std::ostream& out, const std::string& format, const sml::render_options& picture) {
    if (format == "dot")
        out << sml::dot<Machine>(picture);
    else if (format == "json")
        out << sml::json<Machine>(picture);
    else
        out << sml::mermaid<Machine>(picture);
}

}  // namespace

int graph(log_reader* log, std::ostream& out, std::ostream& complaints, const graph_options& options) {
    const auto& known = machine_names();
    if (std::find(known.begin(), known.end(), options.machine) == known.end()) {
        std::string names;
        for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
        return complain(complaints,
                        make_error(error_kind::usage, "there is no machine \"" + printable(options.machine) +
                                                          "\" in this program. It has: " + names + "."));
    }
    sml::render_options picture;
    picture.moves_only = options.moves_only;
    if (log != nullptr) {
        const auto added = options.stream ? add_path(*log, *options.stream, options.machine, picture)
                                          : add_counts(*log, options.machine, picture);
        if (!added) return complain(complaints, added.error());
    }
    if (options.machine == contract_kind)
        draw<contract_machine>(out, options.format, picture);
    else if (options.machine == audit_kind)
        draw<audit_machine>(out, options.format, picture);
    else
        draw<vm_machine>(out, options.format, picture);
    return exit_done;
}

}  // namespace slipway::inspection
