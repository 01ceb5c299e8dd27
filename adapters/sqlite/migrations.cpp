#include "adapters/sqlite/migrations.hpp"

#include "engine/model/ids.hpp"

#include "engine/base/time.hpp"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace slipway::sqlite {

namespace {

std::int64_t wall_clock_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// A UUID of version 4: it is the value of a label at Hetzner, so that two installations in one project can tell whose
// VMs are whose.
std::string random_uuid() {
    std::array<std::uint8_t, 16> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("the kernel gives no random numbers");
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    return uuid_text(bytes);
}

int apply(connection& on, const migration& step) {
    if (const int code = on.execute(step.sql); code != SQLITE_OK) return code;
    const auto version = std::to_string(step.version);
    const auto now = std::to_string(wall_clock_ms());
    std::string record = "INSERT INTO schema_migrations (version, name, applied_at) VALUES (" + version + ", '" +
                         step.name + "', " + now + "); PRAGMA user_version = " + version + ";";
    if (step.version == 1)
        record += "PRAGMA application_id = " + std::to_string(application_id) +
                  "; INSERT INTO meta (key, value) VALUES ('install_id', '" + random_uuid() + "'), ('created_at', '" +
                  to_rfc3339({wall_clock_ms()}) + "');";
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
