#include "tools/slipway-log/stream_records.hpp"

#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/layout.hpp"

#include <algorithm>

namespace slipway::inspection {

result<stream_records> records_of(log_reader& log, const stream_id& stream) {
    stream_records found;
    auto records = log.read_stream(stream, 0);
    if (records) {
        found.records = *std::move(records);
    } else {
        const auto take = [&](event_record& r) {
            if (r.stream == stream) found.records.push_back(std::move(r));
            return true;
        };
        log_walk(log).on(take, [&](const unreadable& lost) { found.lost.push_back(lost.sentence()); });
        std::stable_sort(found.records.begin(), found.records.end(),
                         [](const auto& a, const auto& b) { return a.version < b.version; });
        if (found.lost.empty()) found.lost.push_back(records.error().message);
    }
    if (!found.records.empty()) return found;
    const std::string why = found.lost.empty() ? "it has a head but no events" : found.lost.front();
    return make_error(error_kind::corrupt,
                      "stream " + printable(stream.text) + " cannot be shown: " + why + ". Run slipway-log verify.");
}

}  // namespace slipway::inspection
