#include "adapters/sqlite/head_query.hpp"

#include <optional>

namespace slipway::sqlite {

head_query query_for(const head_filter& filter) {
    head_query out;
    out.sql =
        "SELECT stream, kind, state, version, owner, name, provider, key_fingerprint, due_at, at_rest, ended, definition, "
        "hash FROM streams WHERE 1";
    const auto equals = [&](const char* column, const std::optional<std::string>& value) {
        if (!value) return;
        out.values.push_back(*value);
        out.sql += std::string(" AND ") + column + " = ?" + std::to_string(out.values.size());
    };
    equals("kind", filter.kind);
    equals("state", filter.state);
    equals("owner", filter.owner);
    equals("name", filter.name);
    equals("provider", filter.provider);
    equals("stream", filter.stream);
    if (filter.after) {
        out.values.push_back(*filter.after);
        out.sql += " AND stream > ?" + std::to_string(out.values.size());
    }
    if (filter.unfinished_only) out.sql += " AND at_rest = 0";
    if (filter.live_only) out.sql += " AND ended = 0";
    // SQLite knows that its index holds these only where it is told so.
    if (filter.live_only && filter.state && *filter.state != "active") out.sql += " AND state <> 'active'";
    // A restart takes up first what can run at once, then the most overdue; this order is also what its index gives. For all
    // that have not ended, sorting is cheaper than passing over what has: the plus keeps SQLite from its table's own order.
    const char* by_stream = filter.live_only && filter.limit == 0 ? " ORDER BY +stream" : " ORDER BY stream";
    out.sql += filter.unfinished_only ? " ORDER BY due_at, stream" : by_stream;
    if (filter.limit > 0) out.sql += " LIMIT ?" + std::to_string(out.values.size() + 1);
    return out;
}

}  // namespace slipway::sqlite
