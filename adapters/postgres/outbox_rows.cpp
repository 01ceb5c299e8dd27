#include "adapters/postgres/outbox_rows.hpp"

#include "adapters/postgres/event_rows.hpp"

#include <utility>

namespace slipway::postgres {

using boost::asio::awaitable;

awaitable<result<std::uint64_t>> outbox::read_up_to() {
    std::function<result<std::uint64_t>(transaction_base&)> work = [](transaction_base& in) {
        const auto rows = execute(in, "SELECT seq FROM outbox_position", {});
        return result<std::uint64_t>(static_cast<std::uint64_t>(rows.empty() ? 0 : number_in(rows.front()[0])));
    };
    return store_.read(std::move(work));
}

awaitable<result<void>> outbox::add(std::vector<outgoing> messages, std::optional<std::uint64_t> up_to) {
    return store_.change([messages = std::move(messages), up_to](transaction_base& in) -> result<void> {
        for (const outgoing& m : messages)
            execute(in,
                    "INSERT INTO outbox (event_id, channel, recipient, subject, body, created_at, due_at, attempts) "
                    "VALUES ($1, $2, $3, $4, $5, $6::bigint, $7::bigint, $8::integer) ON CONFLICT DO NOTHING",
                    {m.event_id, m.channel, m.recipient, m.subject, m.body, std::to_string(m.created_at.ms),
                     std::to_string(m.due_at.ms), std::to_string(m.attempts)});
        if (up_to) execute(in, "UPDATE outbox_position SET seq = $1::bigint", {bounded(*up_to)});
        return {};
    });
}

awaitable<result<std::vector<outgoing>>> outbox::pending(std::size_t limit) {
    std::function<result<std::vector<outgoing>>(transaction_base&)> work = [limit](transaction_base& in) {
        std::vector<outgoing> found;
        for (const auto& row : execute(in,
                                       "SELECT event_id, channel, recipient, subject, body, created_at, due_at, attempts "
                                       "FROM outbox WHERE outcome IS NULL ORDER BY due_at, event_id, channel "
                                       "LIMIT $1::bigint",
                                       {bounded(limit)})) {
            outgoing m;
            m.event_id = text_in(row[0]);
            m.channel = text_in(row[1]);
            m.recipient = text_in(row[2]);
            m.subject = text_in(row[3]);
            m.body = text_in(row[4]);
            m.created_at = {number_in(row[5])};
            m.due_at = {number_in(row[6])};
            m.attempts = static_cast<int>(number_in(row[7]));
            found.push_back(std::move(m));
        }
        return result<std::vector<outgoing>>(std::move(found));
    };
    return store_.read(std::move(work));
}

awaitable<result<std::size_t>> outbox::waiting() {
    std::function<result<std::size_t>(transaction_base&)> work = [](transaction_base& in) {
        const auto rows = execute(in, "SELECT count(*) FROM outbox WHERE outcome IS NULL", {});
        return result<std::size_t>(static_cast<std::size_t>(number_in(rows.front()[0])));
    };
    return store_.read(std::move(work));
}

awaitable<result<void>> outbox::done(outgoing m, std::string note) {
    return store_.change([m = std::move(m), note = std::move(note)](transaction_base& in) -> result<void> {
        execute(in, "UPDATE outbox SET outcome = $3 WHERE event_id = $1 AND channel = $2", {m.event_id, m.channel, note});
        return {};
    });
}

awaitable<result<void>> outbox::postpone(outgoing m) {
    return store_.change([m = std::move(m)](transaction_base& in) -> result<void> {
        execute(in,
                "UPDATE outbox SET due_at = $3::bigint, attempts = $4::integer WHERE event_id = $1 AND channel = $2",
                {m.event_id, m.channel, std::to_string(m.due_at.ms), std::to_string(m.attempts)});
        return {};
    });
}

}  // namespace slipway::postgres
