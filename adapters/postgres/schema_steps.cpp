#include "adapters/postgres/schema_steps.hpp"

#include "adapters/postgres/event_rows.hpp"
#include "engine/base/time.hpp"
#include "engine/runtime/system.hpp"

namespace slipway::postgres {

namespace {

// Of pg_advisory_xact_lock: "SLPW". It is the database's, and nobody else's in a database of slipway's own.
const char* const one_at_a_time = "SELECT pg_advisory_xact_lock(1397510231)";

bool has_table(transaction_base& in, const char* name) {
    return truth_in(execute(in, "SELECT to_regclass($1) IS NOT NULL", {name}).front()[0]);
}

result<store_facts> facts(transaction_base& in, const std::string& place) {
    store_facts found;
    const std::string encoding = text_in(execute(in, "SHOW server_encoding", {}).front()[0]);
    if (encoding != "UTF8")
        return make_error(error_kind::configuration, place + " keeps its text as " + encoding +
                                                         ", and slipway needs UTF8: make a database with ENCODING 'UTF8'.");
    if (!has_table(in, "schema_migrations")) {
        if (has_table(in, "events") || has_table(in, "streams"))
            return make_error(error_kind::configuration,
                              place + " holds tables of another program. Give slipway a database of its own.");
        return found;
    }
    found.schema = static_cast<int>(
        number_in(execute(in, "SELECT coalesce(max(version), 0) FROM schema_migrations", {}).front()[0]));
    const auto newest = static_cast<int>(migrations().size());
    if (found.schema > newest)
        return make_error(error_kind::configuration,
                          place + " was written by a newer slipway (schema version " + std::to_string(found.schema) +
                              ", this program knows " + std::to_string(newest) +
                              "). Upgrade slipway; nothing was changed.");
    for (const auto& row : execute(in, "SELECT key, value FROM meta", {})) {
        if (text_in(row[0]) == "install_id") found.install_id = text_in(row[1]);
        if (text_in(row[0]) == "created_at") found.created_at = text_in(row[1]);
    }
    return found;
}

void apply(transaction_base& in, const migration& step) {
    in.exec(step.sql);
    const timestamp now = system_clock{}.now();
    execute(in, "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1::integer, $2, $3::bigint)",
            {std::to_string(step.version), step.name, std::to_string(now.ms)});
    if (step.version == 1)
        execute(in, "INSERT INTO meta (key, value) VALUES ('install_id', $1), ('created_at', $2)",
                {random_uuid(), to_rfc3339(now)});
}

// A server that says no wants a person; one that cannot be reached may come back.
error at_start(const trouble& bad) {
    error why = bad.why;
    const bool is_away = bad.what == trouble::kind::unreachable || bad.what == trouble::kind::unknown;
    if (is_away && why.kind != error_kind::configuration) why.kind = error_kind::unreachable;
    if (bad.what == trouble::kind::other) why.kind = error_kind::configuration;
    return why;
}

}  // namespace

result<store_facts> look_at_schema(session& on) {
    store_facts found;
    const auto bad = on.look([&](transaction_base& in) -> result<void> {
        auto there = facts(in, on.where().place());
        if (!there) return there.error();
        found = *std::move(there);
        return {};
    });
    if (bad) return at_start(*bad);
    return found;
}

bool has_tables(const server_address& where) {
    session on(where);
    const auto found = look_at_schema(on);
    return !found || found->schema > 0;
}

result<void> may_work(session& on) {
    const auto bad = on.read([&](transaction_base& in) -> result<void> {
        const auto rows = execute(in,
                                  "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                                  "WHERE n.nspname = current_schema() AND c.relkind = 'r' AND NOT "
                                  "(has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND "
                                  "has_table_privilege(c.oid, 'UPDATE')) ORDER BY c.relname LIMIT 1",
                                  {});
        if (rows.empty()) return {};
        return explain_sqlstate(on.where().place(), "42501", "permission denied for table " + text_in(rows.front()[0]));
    });
    if (bad) return at_start(*bad);
    return {};
}

result<void> migrate(session& on) {
    const auto bad = on.transact([&](transaction_base& in) -> result<void> {
        execute(in, one_at_a_time, {});
        const auto there = facts(in, on.where().place());
        if (!there) return there.error();
        for (const migration& step : migrations())
            if (step.version > there->schema) apply(in, step);
        return {};
    });
    if (bad) return at_start(*bad);
    return {};
}

}  // namespace slipway::postgres
