#include "adapters/sqlite/secrets_table.hpp"

#include "adapters/sqlite/migrations.hpp"

#include <utility>
#include <vector>

namespace slipway::sqlite {

using boost::asio::awaitable;

namespace {

// An empty text stands for NULL.
const std::string insert =
    "INSERT INTO secrets (name, fingerprint, sealed, changed_at) VALUES (?1, ?2, nullif(?3, ''), unixepoch() * 1000) "
    "ON CONFLICT (name) DO ";

const char* update_of(sealed_kind what) {
    if (what == sealed_kind::provider_token) return "UPDATE providers SET sealed_token = ?2 WHERE id = ?1";
    if (what == sealed_kind::discord_webhook)
        return "UPDATE recipients SET address = ?2 WHERE provider = ?1 AND channel = 'discord'";
    return "UPDATE secrets SET sealed = ?2, changed_at = unixepoch() * 1000 WHERE name = ?1";
}

result<void> reseal_tables(connection& on, const secret_store::reseal_function& reseal) {
    std::vector<sealed_text> found;
    const auto rows_of = [&](sealed_kind what, const char* sql) {
        return on.query(sql, {}, [&](const statement& row) { found.push_back({{what, row.text(0)}, row.text(1)}); });
    };
    if (auto read = rows_of(sealed_kind::provider_token, "SELECT id, sealed_token FROM providers ORDER BY id"); !read) return read;
    if (auto read = rows_of(sealed_kind::discord_webhook,
                            "SELECT provider, address FROM recipients WHERE channel = 'discord' ORDER BY provider");
        !read)
        return read;
    if (auto read = rows_of(sealed_kind::installation_secret,
                            "SELECT name, sealed FROM secrets WHERE sealed IS NOT NULL ORDER BY name");
        !read)
        return read;
    for (const sealed_text& old : found) {
        auto fresh = reseal(old);
        if (!fresh) return fresh.error();
        if (*fresh == old.sealed) continue;
        auto stored = on.run(update_of(old.purpose.what), {old.purpose.name, *std::move(fresh)});
        if (!stored) return stored;
    }
    return {};
}

}  // namespace

result<std::optional<kept_secret>> read_kept_secret(connection& on, const std::string& name) {
    std::optional<kept_secret> found;
    auto read = on.query("SELECT fingerprint, coalesce(sealed, '') FROM secrets WHERE name = ?1", {name},
                         [&](const statement& row) { found = kept_secret{row.text(0), row.text(1)}; });
    if (!read) return read.error();
    return found;
}

result<void> reseal_beside_writer(const std::string& path, const secret_store::reseal_function& reseal) {
    auto on = connection::open(path, connection::mode::read_write);
    if (!on) return on.error();
    const auto version = schema_version(*on);
    if (!version) return version.error();
    if (*version != static_cast<int>(migrations().size()))
        return make_error(error_kind::refused, "the event log " + path + " is in use by another version of slipway");
    if (const int code = on->execute("BEGIN IMMEDIATE"); code != SQLITE_OK)
        return on->failure(code, "cannot be written to", error_kind::storage);
    auto done = reseal_tables(*on, reseal);
    if (!done) {
        on->execute("ROLLBACK");
        return done;
    }
    if (const int code = on->execute("COMMIT"); code != SQLITE_OK)
        return on->failure(code, "cannot be written to", error_kind::storage);
    return {};
}

awaitable<result<std::optional<kept_secret>>> secrets::get(std::string name) {
    std::function<result<std::optional<kept_secret>>(connection&)> work = [name = std::move(name)](connection& on) {
        return read_kept_secret(on, name);
    };
    return log_.read(std::move(work));
}

awaitable<result<kept_secret>> secrets::put_if_absent(std::string name, kept_secret what) {
    std::function<result<kept_secret>(connection&)> work =
        [name = std::move(name), what = std::move(what)](connection& on) -> result<kept_secret> {
        auto stored = on.run(insert + "NOTHING", {name, what.fingerprint, what.sealed});
        if (!stored) return stored.error();
        auto now = read_kept_secret(on, name);
        if (!now) return now.error();
        return **std::move(now);
    };
    return log_.write(std::move(work));
}

awaitable<result<void>> secrets::replace(std::string name, kept_secret what) {
    return log_.change([name = std::move(name), what = std::move(what)](connection& on) {
        return on.run(insert + "UPDATE SET fingerprint = ?2, sealed = nullif(?3, ''), changed_at = unixepoch() * 1000",
                      {name, what.fingerprint, what.sealed});
    });
}

awaitable<result<void>> secrets::reseal_all(reseal_function reseal) {
    return log_.change([reseal = std::move(reseal)](connection& on) { return reseal_tables(on, reseal); });
}

}  // namespace slipway::sqlite
