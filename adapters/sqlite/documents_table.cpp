#include "adapters/sqlite/documents_table.hpp"

#include <utility>

namespace slipway::sqlite {

using boost::asio::awaitable;

awaitable<result<std::vector<document>>> documents::all(std::string kind) {
    std::function<result<std::vector<document>>(connection&)> work =
        [kind = std::move(kind)](connection& on) -> result<std::vector<document>> {
        std::vector<document> found;
        auto done = on.query("SELECT id, body FROM documents WHERE kind = ?1 ORDER BY id", {kind},
                             [&](const statement& row) { found.push_back({kind, row.text(0), row.text(1)}); });
        if (!done) return done.error();
        return found;
    };
    return log_.read(std::move(work));
}

awaitable<result<bool>> documents::add(document one) {
    std::function<result<bool>(connection&)> work = [one = std::move(one)](connection& on) -> result<bool> {
        auto stored = on.run("INSERT INTO documents (kind, id, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                             {one.kind, one.id, one.body});
        if (!stored) return stored.error();
        const auto changed = on.number("SELECT changes()");
        if (!changed) return changed.error();
        return *changed == 1;
    };
    return log_.write(std::move(work));
}

awaitable<result<void>> documents::put(document one) {
    return log_.change([one = std::move(one)](connection& on) {
        return on.run("INSERT INTO documents (kind, id, body) VALUES (?1, ?2, ?3) "
                      "ON CONFLICT DO UPDATE SET body = excluded.body",
                      {one.kind, one.id, one.body});
    });
}

awaitable<result<void>> documents::remove(std::string kind, std::string id) {
    return log_.change([kind = std::move(kind), id = std::move(id)](connection& on) {
        return on.run("DELETE FROM documents WHERE kind = ?1 AND id = ?2", {kind, id});
    });
}

}  // namespace slipway::sqlite
