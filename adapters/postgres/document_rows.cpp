#include "adapters/postgres/document_rows.hpp"

#include "adapters/postgres/event_rows.hpp"

#include <utility>

namespace slipway::postgres {

using boost::asio::awaitable;

awaitable<result<std::vector<document>>> documents::all(std::string kind) {
    std::function<result<std::vector<document>>(transaction_base&)> work = [kind = std::move(kind)](transaction_base& in) {
        std::vector<document> found;
        for (const auto& row : execute(in, "SELECT id, body FROM documents WHERE kind = $1 ORDER BY id", {kind}))
            found.push_back({kind, text_in(row[0]), text_in(row[1])});
        return result<std::vector<document>>(std::move(found));
    };
    return store_.read(std::move(work));
}

awaitable<result<bool>> documents::add(document one) {
    std::function<result<bool>(transaction_base&)> work = [one = std::move(one)](transaction_base& in) {
        const auto added = execute(
            in, "INSERT INTO documents (kind, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
            {one.kind, one.id, one.body});
        return result<bool>(!added.empty());
    };
    return store_.write(std::move(work));
}

awaitable<result<void>> documents::put(document one) {
    return store_.change([one = std::move(one)](transaction_base& in) -> result<void> {
        execute(in,
                "INSERT INTO documents (kind, id, body) VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO UPDATE SET "
                "body = excluded.body",
                {one.kind, one.id, one.body});
        return {};
    });
}

awaitable<result<void>> documents::remove(std::string kind, std::string id) {
    return store_.change([kind = std::move(kind), id = std::move(id)](transaction_base& in) -> result<void> {
        execute(in, "DELETE FROM documents WHERE kind = $1 AND id = $2", {kind, id});
        return {};
    });
}

}  // namespace slipway::postgres
