#include "tools/slipway-log/find_stream.hpp"

#include "tools/slipway-log/layout.hpp"

#include <algorithm>

namespace slipway::inspection {

namespace {

error several(const std::string& what, const std::vector<const stream_head*>& candidates) {
    constexpr std::size_t shown = 5;
    std::string message =
        std::string("\"") + printable(what) + "\" could be any of " + std::to_string(candidates.size()) + " streams:";
    for (std::size_t i = 0; i < candidates.size() && i < shown; ++i)
        message += (i == 0 ? " " : ", ") + printable(candidates[i]->stream.text) + " (" +
                   printable(candidates[i]->name) + ", " + printable(candidates[i]->state) + ")";
    if (candidates.size() > shown) message += ", …";
    return make_error(error_kind::usage, message + ". Give more of the id.");
}

}  // namespace

error no_such_stream(const std::string& what) {
    return make_error(error_kind::not_found,
                      "there is no stream \"" + printable(what) + "\". slipway-log list shows the streams.");
}

// By what indexes know; all heads are looked at only where that finds nothing.
result<stream_id> find_stream(log_reader& log, const std::string& what) {
    head_filter by_id, by_name;
    by_id.stream = what;
    by_name.name = what;
    const auto exactly = log.heads(by_id);
    if (!exactly) return exactly.error();
    if (!exactly->empty()) return exactly->front().stream;
    const auto heads = log.heads(by_name);
    if (!heads) return heads.error();
    std::vector<const stream_head*> named, live, like;
    for (const stream_head& head : *heads) {
        named.push_back(&head);
        if (!head.ended) live.push_back(&head);
    }
    result<std::vector<stream_head>> all = std::vector<stream_head>();
    if (named.empty() && !what.empty()) all = log.heads({});
    if (!all) return all.error();
    for (const stream_head& head : *all) {
        const std::string& id = head.stream.text;
        if (id.starts_with(what) || id.ends_with(what)) like.push_back(&head);
    }
    for (const auto* candidates : {&live, &named, &like}) {
        if (candidates->size() == 1) return candidates->front()->stream;
        if (candidates->size() > 1) return several(what, *candidates);
    }
    // A damaged log may have lost a head: its events can still be shown.
    const auto records = log.read_stream({what}, 0);
    if (!records) return records.error();
    if (!records->empty()) return stream_id{what};
    return no_such_stream(what);
}

}  // namespace slipway::inspection
