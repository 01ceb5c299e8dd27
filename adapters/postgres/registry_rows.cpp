#include "adapters/postgres/registry_rows.hpp"

#include "adapters/postgres/event_rows.hpp"

#include <utility>

namespace slipway::postgres {

using boost::asio::awaitable;

namespace {

// A row for each recipient; one with an empty channel for a provider that has none.
const std::string select_providers =
    "SELECT id, sealed_token, token_works, token_problem, token_checked_at, created_at, changed_at, "
    "coalesce(channel, ''), coalesce(address, '') FROM providers LEFT JOIN recipients ON provider = id";
const std::string providers_in_order = " ORDER BY id, channel";
const std::string select_offerings =
    "SELECT id, provider, server_type, location, image, image_id, recipe, created_at, changed_at FROM offerings";

void add_row(std::vector<provider_record>& to, const pqxx::row& row) {
    if (to.empty() || to.back().id != text_in(row[0])) {
        provider_record r;
        r.id = text_in(row[0]);
        r.sealed_token = text_in(row[1]);
        r.token_works = truth_in(row[2]);
        r.token_problem = text_in(row[3]);
        r.token_checked_at = {number_in(row[4])};
        r.created_at = {number_in(row[5])};
        r.changed_at = {number_in(row[6])};
        to.push_back(std::move(r));
    }
    if (recipient one{text_in(row[7]), text_in(row[8])}; !one.channel.empty())
        to.back().recipients.push_back(std::move(one));
}

void add_row(std::vector<offering_record>& to, const pqxx::row& row) {
    offering_record r;
    r.id = text_in(row[0]);
    r.provider = text_in(row[1]);
    r.server_type = text_in(row[2]);
    r.location = text_in(row[3]);
    r.image = text_in(row[4]);
    r.image_id = number_in(row[5]);
    r.recipe = text_in(row[6]);
    r.created_at = {number_in(row[7])};
    r.changed_at = {number_in(row[8])};
    to.push_back(std::move(r));
}

void add_row(std::vector<user_defaults>& to, const pqxx::row& row) {
    const auto maybe = [&](int column) {
        return row[column].is_null() ? std::nullopt : std::optional<std::int64_t>(number_in(row[column]));
    };
    user_defaults r;
    r.owner = text_in(row[0]);
    r.network = maybe(1);
    r.ssh_key = maybe(2);
    r.firewall = maybe(3);
    to.push_back(std::move(r));
}

// All rows of the query as values.
template <class Record>
awaitable<result<std::vector<Record>>> all(event_store& in, std::string sql, parameters values) {
    std::function<result<std::vector<Record>>(transaction_base&)> work =
        [sql = std::move(sql), values = std::move(values)](transaction_base& from) {
            std::vector<Record> found;
            for (const auto& row : execute(from, sql, values)) add_row(found, row);
            return result<std::vector<Record>>(std::move(found));
        };
    return in.read(std::move(work));
}

template <class Record>
awaitable<result<std::optional<Record>>> one_by_id(event_store& in, std::string sql, std::string id) {
    parameters values(1, std::move(id));
    auto found = co_await all<Record>(in, std::move(sql), std::move(values));
    if (!found) co_return found.error();
    std::optional<Record> record;
    if (!found->empty()) record = std::move(found->front());
    co_return record;
}

// One statement that changes something.
awaitable<result<void>> change(event_store& in, std::string sql, parameters values) {
    return in.change([sql = std::move(sql), values = std::move(values)](transaction_base& to) -> result<void> {
        execute(to, sql, values);
        return {};
    });
}

std::string number(std::int64_t n) { return std::to_string(n); }

// An empty text stands for NULL.
std::string number_or_none(const std::optional<std::int64_t>& n) { return n ? number(*n) : std::string(); }

}  // namespace

awaitable<result<std::vector<provider_record>>> registry::providers() {
    return all<provider_record>(store_, select_providers + providers_in_order, {});
}

awaitable<result<std::optional<provider_record>>> registry::provider(std::string id) {
    return one_by_id<provider_record>(store_, select_providers + " WHERE id = $1" + providers_in_order, std::move(id));
}

awaitable<result<void>> registry::put_provider(provider_record r) {
    return store_.change([r = std::move(r)](transaction_base& to) -> result<void> {
        execute(to,
                "INSERT INTO providers (id, sealed_token, token_works, token_problem, token_checked_at, created_at, "
                "changed_at) VALUES ($1, $2, $3::boolean, $4, $5::bigint, $6::bigint, $7::bigint) ON CONFLICT (id) DO "
                "UPDATE SET sealed_token = excluded.sealed_token, token_works = excluded.token_works, "
                "token_problem = excluded.token_problem, token_checked_at = excluded.token_checked_at, "
                "changed_at = excluded.changed_at",
                {r.id, r.sealed_token, text_of(r.token_works), r.token_problem, number(r.token_checked_at.ms),
                 number(r.created_at.ms), number(r.changed_at.ms)});
        execute(to, "DELETE FROM recipients WHERE provider = $1", {r.id});
        for (const recipient& one : r.recipients)
            execute(to, "INSERT INTO recipients (provider, channel, address) VALUES ($1, $2, $3)",
                    {r.id, one.channel, one.address});
        return {};
    });
}

awaitable<result<void>> registry::note_token(provider_record r) {
    parameters values{r.id, r.sealed_token, text_of(r.token_works), r.token_problem, number(r.token_checked_at.ms)};
    return postgres::change(store_,
                            "UPDATE providers SET token_works = $3::boolean, token_problem = $4, "
                            "token_checked_at = $5::bigint WHERE id = $1 AND sealed_token = $2",
                            std::move(values));
}

awaitable<result<std::vector<offering_record>>> registry::offerings() {
    return all<offering_record>(store_, select_offerings + " ORDER BY id", {});
}

awaitable<result<std::optional<offering_record>>> registry::offering(std::string id) {
    return one_by_id<offering_record>(store_, select_offerings + " WHERE id = $1", std::move(id));
}

awaitable<result<void>> registry::put_offering(offering_record r) {
    parameters values{r.id,       r.provider, r.server_type, r.location, r.image, number(r.image_id), r.recipe,
                      number(r.created_at.ms), number(r.changed_at.ms)};
    return postgres::change(
        store_,
        "INSERT INTO offerings (id, provider, server_type, location, image, image_id, recipe, created_at, changed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6::bigint, $7, $8::bigint, $9::bigint) ON CONFLICT (id) DO UPDATE SET "
        "provider = excluded.provider, server_type = excluded.server_type, location = excluded.location, "
        "image = excluded.image, image_id = excluded.image_id, recipe = excluded.recipe, "
        "changed_at = excluded.changed_at",
        std::move(values));
}

awaitable<result<user_defaults>> registry::defaults(std::string owner) {
    auto found = co_await one_by_id<user_defaults>(
        store_, "SELECT owner, network, ssh_key, firewall FROM user_defaults WHERE owner = $1", owner);
    if (!found) co_return found.error();
    user_defaults out;
    out.owner = std::move(owner);
    if (*found) out = **std::move(found);
    co_return out;
}

awaitable<result<void>> registry::put_defaults(user_defaults r) {
    parameters values{r.owner, number_or_none(r.network), number_or_none(r.ssh_key), number_or_none(r.firewall)};
    return postgres::change(
        store_,
        "INSERT INTO user_defaults (owner, network, ssh_key, firewall) VALUES ($1, nullif($2, '')::bigint, "
        "nullif($3, '')::bigint, nullif($4, '')::bigint) ON CONFLICT (owner) DO UPDATE SET network = excluded.network, "
        "ssh_key = excluded.ssh_key, firewall = excluded.firewall",
        std::move(values));
}

}  // namespace slipway::postgres
