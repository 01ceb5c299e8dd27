// Whether the log is right, a part at a time and beside all other work: for a page that shows how far it is.
#include "engine/service/failures.hpp"
#include "engine/service/marketplace.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace slipway::service {

namespace {

// A part ends early behind so many events, so that who waits for it hears from it.
constexpr std::uint64_t many_events = 20'000;

}  // namespace

answering<std::uint64_t> marketplace::verify_one(stream_head head, log_problems& found) {
    for (;;) {
        const auto records = co_await with_.log.read_stream(head.stream, 0);
        if (!records && records.error().kind == error_kind::unreachable) co_return failure_of(records.error());
        if (!records) {
            found.push_back({"unreadable", head.stream.text, 0, 0, records.error().message});
            co_return 0;
        }
        if (!records->empty() && records->back().version != head.version) {
            // Appended to since the head was read? A head that stays as it is differs.
            head_filter same;
            same.stream = head.stream.text;
            auto now = co_await with_.log.heads(same);
            if (!now) co_return failure_of(now.error());
            if (!now->empty() && now->front().version > head.version) {
                head = std::move(now->front());
                continue;
            }
        }
        log_problems wrong = check_stream(*records, head);
        found.insert(found.end(), std::make_move_iterator(wrong.begin()), std::make_move_iterator(wrong.end()));
        co_return records->size();
    }
}

answering<verification> marketplace::verify(std::string after, std::size_t limit, origin) {
    limit = std::clamp<std::size_t>(limit, 1, most_streams_verified);
    head_filter behind;
    if (!after.empty()) behind.after = std::move(after);
    behind.limit = limit + 1;
    auto heads = co_await with_.log.heads(behind);
    if (!heads) co_return failure_of(heads.error());
    verification out;
    for (std::size_t i = 0; i < heads->size(); ++i) {
        if (i == limit || out.events >= many_events) {
            out.next = (*heads)[i - 1].stream.text;
            break;
        }
        const auto events = co_await verify_one((*heads)[i], out.problems);
        if (!events) co_return events.error();
        ++out.streams;
        out.events += *events;
    }
    co_return out;
}

}  // namespace slipway::service
