#include "adapters/postgres/secret_rows.hpp"

#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/schema_steps.hpp"

#include <utility>

namespace slipway::postgres {

using boost::asio::awaitable;

namespace {

// An empty text stands for NULL.
const std::string insert =
    "INSERT INTO secrets (name, fingerprint, sealed, changed_at) VALUES ($1, $2, nullif($3, ''), "
    "(extract(epoch FROM now()) * 1000)::bigint) ON CONFLICT (name) DO ";

const char* update_of(sealed_kind what) {
    if (what == sealed_kind::provider_token) return "UPDATE providers SET sealed_token = $2 WHERE id = $1";
    if (what == sealed_kind::discord_webhook)
        return "UPDATE recipients SET address = $2 WHERE provider = $1 AND channel = 'discord'";
    return "UPDATE secrets SET sealed = $2, changed_at = (extract(epoch FROM now()) * 1000)::bigint WHERE name = $1";
}

// Rows are locked in one order by all who do this: two of them at once come one after the other.
result<void> reseal_rows(transaction_base& in, const secret_store::reseal_function& reseal) {
    std::vector<sealed_text> found;
    const auto rows_of = [&](sealed_kind what, const char* sql) {
        for (const auto& row : execute(in, sql, {})) found.push_back({{what, text_in(row[0])}, text_in(row[1])});
    };
    rows_of(sealed_kind::provider_token, "SELECT id, sealed_token FROM providers ORDER BY id FOR UPDATE");
    rows_of(sealed_kind::discord_webhook,
            "SELECT provider, address FROM recipients WHERE channel = 'discord' ORDER BY provider FOR UPDATE");
    rows_of(sealed_kind::installation_secret,
            "SELECT name, sealed FROM secrets WHERE sealed IS NOT NULL ORDER BY name FOR UPDATE");
    for (const sealed_text& old : found) {
        auto fresh = reseal(old);
        if (!fresh) return fresh.error();
        if (*fresh == old.sealed) continue;
        execute(in, update_of(old.purpose.what), {old.purpose.name, *std::move(fresh)});
    }
    return {};
}

}  // namespace

std::optional<kept_secret> read_kept_secret(transaction_base& in, const std::string& name) {
    const auto rows = execute(in, "SELECT fingerprint, coalesce(sealed, '') FROM secrets WHERE name = $1", {name});
    if (rows.empty()) return {};
    return kept_secret{text_in(rows.front()[0]), text_in(rows.front()[1])};
}

result<void> reseal_beside(const server_address& where, const secret_store::reseal_function& reseal) {
    session on(where);
    const auto facts = look_at_schema(on);
    if (!facts) return facts.error();
    if (facts->schema != static_cast<int>(migrations().size()))
        return make_error(error_kind::refused, where.place() + " is in use by another version of slipway");
    const auto bad = on.transact([&](transaction_base& in) { return reseal_rows(in, reseal); });
    if (bad) return bad->why;
    return {};
}

awaitable<result<std::optional<kept_secret>>> secret_rows::get(std::string name) {
    std::function<result<std::optional<kept_secret>>(transaction_base&)> work = [name = std::move(name)](
                                                                                    transaction_base& in) {
        return result<std::optional<kept_secret>>(read_kept_secret(in, name));
    };
    return store_.read(std::move(work));
}

awaitable<result<kept_secret>> secret_rows::put_if_absent(std::string name, kept_secret what) {
    std::function<result<kept_secret>(transaction_base&)> work =
        [name = std::move(name), what = std::move(what)](transaction_base& in) -> result<kept_secret> {
        execute(in, insert + "NOTHING", {name, what.fingerprint, what.sealed});
        return *read_kept_secret(in, name);
    };
    return store_.write(std::move(work));
}

awaitable<result<void>> secret_rows::replace(std::string name, kept_secret what) {
    return store_.change([name = std::move(name), what = std::move(what)](transaction_base& in) -> result<void> {
        execute(in,
                insert + "UPDATE SET fingerprint = excluded.fingerprint, sealed = excluded.sealed, "
                         "changed_at = excluded.changed_at",
                {name, what.fingerprint, what.sealed});
        return {};
    });
}

awaitable<result<void>> secret_rows::reseal_all(reseal_function reseal) {
    return store_.change([reseal = std::move(reseal)](transaction_base& in) { return reseal_rows(in, reseal); });
}

}  // namespace slipway::postgres
