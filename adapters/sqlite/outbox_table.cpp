#include "adapters/sqlite/outbox_table.hpp"

#include <utility>

namespace slipway::sqlite {

using boost::asio::awaitable;

namespace {

outgoing read_message(const statement& row) {
    outgoing m;
    m.event_id = row.text(0);
    m.channel = row.text(1);
    m.recipient = row.text(2);
    m.subject = row.text(3);
    m.body = row.text(4);
    m.created_at = {row.number(5)};
    m.due_at = {row.number(6)};
    m.attempts = static_cast<int>(row.number(7));
    return m;
}

}  // namespace

awaitable<result<std::uint64_t>> outbox::read_up_to() {
    std::function<result<std::uint64_t>(connection&)> work = [](connection& on) -> result<std::uint64_t> {
        const auto seq = on.number("SELECT seq FROM outbox_position");
        if (!seq) return make_error(error_kind::storage, seq.error().message);
        return static_cast<std::uint64_t>(*seq);
    };
    return log_.read(std::move(work));
}

awaitable<result<void>> outbox::add(std::vector<outgoing> messages, std::optional<std::uint64_t> up_to) {
    return log_.change([messages = std::move(messages), up_to](connection& on) -> result<void> {
        for (const outgoing& m : messages) {
            auto stored = on.run(
                "INSERT INTO outbox (event_id, channel, recipient, subject, body, created_at, due_at, attempts) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                {m.event_id, m.channel, m.recipient, m.subject, m.body, m.created_at.ms, m.due_at.ms,
                 std::int64_t{m.attempts}});
            if (!stored) return stored;
        }
        if (!up_to) return {};
        return on.run("UPDATE outbox_position SET seq = ?1", {static_cast<std::int64_t>(*up_to)});
    });
}

awaitable<result<std::vector<outgoing>>> outbox::pending(std::size_t limit) {
    std::function<result<std::vector<outgoing>>(connection&)> work =
        [limit](connection& on) -> result<std::vector<outgoing>> {
        std::vector<outgoing> found;
        auto done = on.query(
            "SELECT event_id, channel, recipient, subject, body, created_at, due_at, attempts FROM outbox "
            "WHERE outcome IS NULL ORDER BY due_at, event_id, channel LIMIT ?1",
            {static_cast<std::int64_t>(limit)}, [&](const statement& row) { found.push_back(read_message(row)); });
        if (!done) return done.error();
        return found;
    };
    return log_.read(std::move(work));
}

awaitable<result<std::size_t>> outbox::waiting() {
    std::function<result<std::size_t>(connection&)> work = [](connection& on) -> result<std::size_t> {
        const auto count = on.number("SELECT count(*) FROM outbox WHERE outcome IS NULL");
        if (!count) return make_error(error_kind::storage, count.error().message);
        return static_cast<std::size_t>(*count);
    };
    return log_.read(std::move(work));
}

awaitable<result<void>> outbox::done(outgoing m, std::string note) {
    return log_.change([m = std::move(m), note = std::move(note)](connection& on) {
        return on.run("UPDATE outbox SET outcome = ?3 WHERE event_id = ?1 AND channel = ?2",
                      {m.event_id, m.channel, note});
    });
}

awaitable<result<void>> outbox::postpone(outgoing m) {
    return log_.change([m = std::move(m)](connection& on) {
        return on.run("UPDATE outbox SET due_at = ?3, attempts = ?4 WHERE event_id = ?1 AND channel = ?2",
                      {m.event_id, m.channel, m.due_at.ms, std::int64_t{m.attempts}});
    });
}

}  // namespace slipway::sqlite
