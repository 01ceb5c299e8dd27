#include "adapters/postgres/log_view.hpp"

#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/secret_rows.hpp"

#include <algorithm>
#include <utility>

namespace slipway::postgres {

namespace {

template <class T>
result<T> looked(session& on, const std::function<T(transaction_base&)>& read) {
    std::optional<T> found;
    const auto bad = on.look([&](transaction_base& in) -> result<void> {
        found = read(in);
        return {};
    });
    if (bad) return bad->why;
    return *std::move(found);
}

}  // namespace

result<std::unique_ptr<log_view>> log_view::open(const server_address& where) {
    std::unique_ptr<log_view> opened(new log_view(where));
    auto facts = look_at_schema(opened->on_);
    if (!facts) return facts.error();
    if (facts->schema == 0)
        return make_error(error_kind::unreachable, where.place() + " is empty: slipway has not made its tables there yet.");
    opened->facts_ = *std::move(facts);
    return opened;
}

schema_versions log_view::schema() const { return {facts_.schema, static_cast<int>(migrations().size())}; }

result<std::unique_ptr<log_reader>> log_view::another() const {
    auto opened = open(on_.where());
    if (!opened) return opened.error();
    return std::unique_ptr<log_reader>(*std::move(opened));
}

result<std::vector<event_record>> log_view::read_stream(const stream_id& stream, std::uint64_t after_version) {
    return looked<std::vector<event_record>>(
        on_, [&](transaction_base& in) { return stream_records(in, stream, after_version); });
}

result<std::vector<stream_head>> log_view::heads(const head_filter& filter) {
    return looked<std::vector<stream_head>>(on_, [&](transaction_base& in) { return stream_heads(in, filter); });
}

// Page by page, each a read of its own: whoever takes the records may be a pager that waits for its reader.
result<void> log_view::visit(std::uint64_t after_seq, const taker& take) {
    constexpr std::size_t largest_page = 1000;
    std::size_t page = 100;  // the first is short: whoever wants only the beginning gets it at once
    for (std::uint64_t seq = after_seq;; page = std::min(page * 10, largest_page)) {
        auto found = looked<std::vector<event_record>>(on_, [&](transaction_base& in) {
            return read_records(execute(in,
                                        std::string("SELECT ") + record_columns +
                                            " FROM events WHERE seq > $1::bigint ORDER BY seq LIMIT $2::bigint",
                                        {bounded(seq), bounded(page)}));
        });
        if (!found) return found.error();
        for (event_record& record : *found) {
            seq = record.seq;
            if (!take(record)) return {};
        }
        if (found->size() < page) return {};
    }
}

result<std::uint64_t> log_view::number(const char* sql) {
    return looked<std::uint64_t>(on_, [&](transaction_base& in) {
        return static_cast<std::uint64_t>(number_in(execute(in, sql, {}).front()[0]));
    });
}

result<std::uint64_t> log_view::last_seq() { return number("SELECT coalesce(max(seq), 0) FROM events"); }

result<std::uint64_t> log_view::event_count() { return number("SELECT count(*) FROM events"); }

result<std::vector<stream_id>> log_view::streams_with_events() {
    return looked<std::vector<stream_id>>(on_, [&](transaction_base& in) {
        std::vector<stream_id> found;
        for (const auto& row : execute(in, "SELECT DISTINCT stream FROM events", {})) found.push_back({text_in(row[0])});
        return found;
    });
}

result<std::optional<kept_secret>> log_view::kept(const std::string& name) {
    return looked<std::optional<kept_secret>>(on_, [&](transaction_base& in) { return read_kept_secret(in, name); });
}

void log_view::begin_snapshot() { (void)on_.hold(session::holding::look); }

void log_view::end_snapshot() { on_.undo_held(); }

}  // namespace slipway::postgres
