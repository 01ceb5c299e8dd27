#include "adapters/sqlite/migrations.hpp"

#include "engine/base/time.hpp"
#include "engine/runtime/system.hpp"

namespace slipway::sqlite {

namespace {

int apply(connection& on, const migration& step) {
    if (const int code = on.execute(step.sql); code != SQLITE_OK) return code;
    const auto version = std::to_string(step.version);
    const timestamp now = system_clock{}.now();
    std::string record = "INSERT INTO schema_migrations (version, name, applied_at) VALUES (" + version + ", '" +
                         step.name + "', " + std::to_string(now.ms) + "); PRAGMA user_version = " + version + ";";
    if (step.version == 1)
        record += "PRAGMA application_id = " + std::to_string(application_id) +
                  "; INSERT INTO meta (key, value) VALUES ('install_id', '" + random_uuid() + "'), ('created_at', '" +
                  to_rfc3339(now) + "');";
    return on.execute(record);
}

}  // namespace

result<int> schema_version(connection& on) {
    const auto version = on.number("PRAGMA user_version");
    if (!version) return version.error();
    const auto application = on.number("PRAGMA application_id");
    if (!application) return application.error();
    const auto tables = on.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return tables.error();
    if (*tables == 0 && *version == 0) return 0;
    if (*application != application_id)
        return make_error(error_kind::unreachable, on.path() +
                                                       " is an SQLite database, but not an event log of slipway. "
                                                       "Check the path in SLIPWAY_DATABASE_URL.");
    const auto newest = static_cast<std::int64_t>(migrations().size());
    if (*version > newest)
        return make_error(error_kind::unreachable,
                          "the event log " + on.path() + " was written by a newer slipway (schema version " +
                              std::to_string(*version) + ", this program knows " + std::to_string(newest) +
                              "). Upgrade slipway; nothing was changed.");
    return static_cast<int>(*version);
}

result<void> migrate(connection& on) {
    const auto refuse = [&on](int code) {
        error why = on.failure(code, "cannot be brought to the newest version", error_kind::unreachable);
        if (sqlite3_get_autocommit(on.raw()) == 0) on.execute("ROLLBACK");
        return why;
    };
    if (const int code = on.execute("BEGIN IMMEDIATE"); code != SQLITE_OK) return refuse(code);
    const auto found = schema_version(on);  // inside the transaction: nobody else migrates meanwhile
    if (!found) {
        on.execute("ROLLBACK");
        return found.error();
    }
    for (const migration& step : migrations())
        if (step.version > *found)
            if (const int code = apply(on, step); code != SQLITE_OK) return refuse(code);
    if (const int code = on.execute("COMMIT"); code != SQLITE_OK) return refuse(code);
    return {};
}

}  // namespace slipway::sqlite
