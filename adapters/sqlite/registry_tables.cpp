#include "adapters/sqlite/registry_tables.hpp"

#include <utility>

namespace slipway::sqlite {

using boost::asio::awaitable;

namespace {

using values = std::vector<connection::value>;

// A row for each recipient; one with an empty channel for a provider that has none.
const std::string select_providers =
    "SELECT id, sealed_token, token_works, token_problem, token_checked_at, created_at, changed_at, "
    "coalesce(channel, ''), coalesce(address, '') FROM providers LEFT JOIN recipients ON provider = id";
const std::string providers_in_order = " ORDER BY id, channel";
const std::string select_offerings =
    "SELECT id, provider, server_type, location, image, image_id, recipe, created_at, changed_at FROM offerings";

provider_record read_provider(const statement& row) {
    provider_record r;
    r.id = row.text(0);
    r.sealed_token = row.text(1);
    r.token_works = row.number(2) != 0;
    r.token_problem = row.text(3);
    r.token_checked_at = {row.number(4)};
    r.created_at = {row.number(5)};
    r.changed_at = {row.number(6)};
    return r;
}

void add_provider(std::vector<provider_record>& to, const statement& row) {
    if (to.empty() || to.back().id != row.text(0)) to.push_back(read_provider(row));
    if (recipient one{row.text(7), row.text(8)}; !one.channel.empty()) to.back().recipients.push_back(std::move(one));
}

offering_record read_offering(const statement& row) {
    offering_record r;
    r.id = row.text(0);
    r.provider = row.text(1);
    r.server_type = row.text(2);
    r.location = row.text(3);
    r.image = row.text(4);
    r.image_id = row.number(5);
    r.recipe = row.text(6);
    r.created_at = {row.number(7)};
    r.changed_at = {row.number(8)};
    return r;
}

void add_offering(std::vector<offering_record>& to, const statement& row) {
    to.push_back(read_offering(row));
}

template <class Record>
using add_row = void (*)(std::vector<Record>& to, const statement& row);

// All rows of the query as values.
template <class Record>
awaitable<result<std::vector<Record>>> all(log& in, std::string sql, values parameters, add_row<Record> add) {
    std::function<result<std::vector<Record>>(connection&)> work =
        [sql = std::move(sql), parameters = std::move(parameters), add](connection& on) -> result<std::vector<Record>> {
        std::vector<Record> found;
        auto done = on.query(sql, parameters, [&](const statement& row) { add(found, row); });
        if (!done) return done.error();
        return found;
    };
    return in.read(std::move(work));
}

template <class Record>
awaitable<result<std::optional<Record>>> one_by_id(log& in, std::string sql, std::string id, add_row<Record> add) {
    values parameters{std::move(id)};
    auto found = co_await all(in, std::move(sql), std::move(parameters), add);
    if (!found) co_return found.error();
    std::optional<Record> record;
    if (!found->empty()) record = std::move(found->front());
    co_return record;
}

// One statement that changes something.
awaitable<result<void>> change(log& in, std::string sql, values parameters) {
    return in.change([sql = std::move(sql), parameters = std::move(parameters)](connection& on) {
        return on.run(sql, parameters);
    });
}

std::int64_t number(bool b) { return b ? 1 : 0; }

void add_defaults(std::vector<user_defaults>& to, const statement& row) {
    const auto maybe = [&](int column) {
        return row.is_null(column) ? std::nullopt : std::optional<std::int64_t>(row.number(column));
    };
    user_defaults r;
    r.owner = row.text(0);
    r.network = maybe(1);
    r.ssh_key = maybe(2);
    r.firewall = maybe(3);
    to.push_back(std::move(r));
}

// For `nullif(?, -1)`: a parameter is a text or a number.
std::int64_t or_minus_one(const std::optional<std::int64_t>& id) { return id.value_or(-1); }

}  // namespace

awaitable<result<std::vector<provider_record>>> registry::providers() {
    return all(log_, select_providers + providers_in_order, {}, &add_provider);
}

awaitable<result<std::optional<provider_record>>> registry::provider(std::string id) {
    return one_by_id(log_, select_providers + " WHERE id = ?1" + providers_in_order, std::move(id), &add_provider);
}

awaitable<result<void>> registry::put_provider(provider_record r) {
    return log_.change([r = std::move(r)](connection& on) -> result<void> {
        const values provider{r.id,
                              r.sealed_token,
                              number(r.token_works),
                              r.token_problem,
                              r.token_checked_at.ms,
                              r.created_at.ms,
                              r.changed_at.ms};
        auto stored = on.run(
            "INSERT INTO providers (id, sealed_token, token_works, token_problem, token_checked_at, created_at, "
            "changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET sealed_token = ?2, "
            "token_works = ?3, token_problem = ?4, token_checked_at = ?5, changed_at = ?7",
            provider);
        if (stored) stored = on.run("DELETE FROM recipients WHERE provider = ?1", {r.id});
        for (const recipient& one : r.recipients)
            if (stored)
                stored = on.run("INSERT INTO recipients (provider, channel, address) VALUES (?1, ?2, ?3)",
                                {r.id, one.channel, one.address});
        return stored;
    });
}

awaitable<result<void>> registry::note_token(provider_record r) {
    values parameters{r.id, r.sealed_token, number(r.token_works), r.token_problem, r.token_checked_at.ms};
    return change(log_,
                  "UPDATE providers SET token_works = ?3, token_problem = ?4, token_checked_at = ?5 "
                  "WHERE id = ?1 AND sealed_token = ?2",
                  std::move(parameters));
}

awaitable<result<std::vector<offering_record>>> registry::offerings() {
    return all(log_, select_offerings + " ORDER BY id", {}, &add_offering);
}

awaitable<result<std::optional<offering_record>>> registry::offering(std::string id) {
    return one_by_id(log_, select_offerings + " WHERE id = ?1", std::move(id), &add_offering);
}

awaitable<result<void>> registry::put_offering(offering_record r) {
    values parameters{r.id,    r.provider, r.server_type,   r.location,     r.image,
                      r.image_id, r.recipe,   r.created_at.ms, r.changed_at.ms};
    return change(log_,
                  "INSERT INTO offerings (id, provider, server_type, location, image, image_id, recipe, created_at, "
                  "changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET "
                  "provider = ?2, server_type = ?3, location = ?4, image = ?5, image_id = ?6, recipe = ?7, "
                  "changed_at = ?9",
                  std::move(parameters));
}

awaitable<result<user_defaults>> registry::defaults(std::string owner) {
    values parameters{owner};
    auto found = co_await all(log_, "SELECT owner, network, ssh_key, firewall FROM user_defaults WHERE owner = ?1",
                              std::move(parameters), &add_defaults);
    if (!found) co_return found.error();
    user_defaults out;
    out.owner = std::move(owner);
    if (!found->empty()) out = std::move(found->front());
    co_return out;
}

awaitable<result<void>> registry::put_defaults(user_defaults r) {
    values parameters{r.owner, or_minus_one(r.network), or_minus_one(r.ssh_key), or_minus_one(r.firewall)};
    return change(log_,
                  "INSERT INTO user_defaults (owner, network, ssh_key, firewall) "
                  "VALUES (?1, nullif(?2, -1), nullif(?3, -1), nullif(?4, -1)) ON CONFLICT (owner) DO UPDATE SET "
                  "network = excluded.network, ssh_key = excluded.ssh_key, firewall = excluded.firewall",
                  std::move(parameters));
}

}  // namespace slipway::sqlite
