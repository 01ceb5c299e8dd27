#include "adapters/sqlite/head_query.hpp"

#include <optional>

namespace slipway::sqlite {

namespace {

const char* const columns =
    "SELECT stream, kind, state, version, owner, name, provider, key_fingerprint, due_at, at_rest, ended, definition, hash "
    "FROM streams";

}  // namespace

head_query query_for(const head_filter& filter) {
    head_query out;
    std::string where = " WHERE 1";
    const auto equals = [&](const char* column, const std::optional<std::string>& value) {
        if (!value) return;
        out.values.push_back(*value);
        where += std::string(" AND ") + column + " = ?" + std::to_string(out.values.size());
    };
    equals("kind", filter.kind);
    equals("state", filter.state);
    equals("owner", filter.owner);
    equals("name", filter.name);
    equals("provider", filter.provider);
    equals("stream", filter.stream);
    if (filter.after) {
        out.values.push_back(*filter.after);
        where += " AND stream > ?" + std::to_string(out.values.size());
    }
    if (filter.unfinished_only) where += " AND at_rest = 0";
    if (filter.live_only) where += " AND ended = 0";
    const bool asks_for_more = filter.owner || filter.name || filter.provider || filter.stream || filter.unfinished_only;
    if (filter.live_only && filter.limit == 0 && !asks_for_more && filter.state && *filter.state != "active") {
        // Those under way have an index, and so have those that rest short of being active. Left to itself, SQLite looks at
        // all that live.
        out.sql = std::string(columns) + " INDEXED BY streams_unfinished" + where + " AND at_rest = 0 UNION ALL " + columns +
                  where + " AND at_rest = 1 AND state <> 'active' ORDER BY 1";
        return out;
    }
    // A restart takes up first what can run at once, then the most overdue; this order is also what its index gives. For all
    // that have not ended, sorting is cheaper than passing over what has: the plus keeps SQLite from its table's own order.
    const char* by_stream = filter.live_only && filter.limit == 0 ? " ORDER BY +stream" : " ORDER BY stream";
    out.sql = columns + where + (filter.unfinished_only ? " ORDER BY due_at, stream" : by_stream);
    if (filter.limit > 0) out.sql += " LIMIT ?" + std::to_string(out.values.size() + 1);
    return out;
}

}  // namespace slipway::sqlite
