// One surface over libpqxx 6.4 (Debian 12) and 7 (Debian 13): included in place of <pqxx/pqxx>, by the units that speak to
// a server and by no header that others see.
//
// Parameters are text and are never NULL: a statement says $1::bigint, and nullif($1, '') where it wants NULL.
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <pqxx/pqxx>
#include <pqxx/version>

#include <string>
#include <vector>

namespace slipway::postgres {

using parameters = std::vector<std::string>;

inline pqxx::result execute(pqxx::transaction_base& in, const std::string& sql, const parameters& values) {
#if PQXX_VERSION_MAJOR < 7
    return in.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
#else
    pqxx::params all;
    for (const std::string& one : values) all.append(one);
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 9
    return in.exec_params(pqxx::zview(sql), all);
#else
    return in.exec(pqxx::zview(sql), all);
#endif
#endif
}

// A statement that the connection knows by a name (pqxx::connection::prepare). Behind a pooler that gives its connections out
// by the transaction the server may not know it: then pqxx::invalid_sql_statement_name.
inline pqxx::result execute_prepared(pqxx::transaction_base& in, const std::string& name, const parameters& values) {
#if PQXX_VERSION_MAJOR < 7
    return in.exec_prepared(name, pqxx::prepare::make_dynamic_params(values));
#else
    pqxx::params all;
    for (const std::string& one : values) all.append(one);
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 9
    return in.exec_prepared(pqxx::zview(name), all);
#else
    return in.exec(pqxx::prepped(pqxx::zview(name)), all);
#endif
#endif
}

using snapshot = pqxx::transaction<pqxx::isolation_level::repeatable_read>;

// libpqxx 6 keeps the code of those alone that it has no class for.
inline std::string sqlstate_of(const pqxx::sql_error& e) {
    if (!e.sqlstate().empty()) return e.sqlstate();
    const auto is = [&]<class E>(const E*) { return dynamic_cast<const E*>(&e) != nullptr; };
    if (is(static_cast<const pqxx::data_exception*>(nullptr))) return "22000";
    if (is(static_cast<const pqxx::integrity_constraint_violation*>(nullptr))) return "23000";
    if (is(static_cast<const pqxx::insufficient_privilege*>(nullptr))) return "42501";
    if (is(static_cast<const pqxx::undefined_table*>(nullptr))) return "42P01";
    if (is(static_cast<const pqxx::undefined_column*>(nullptr))) return "42703";
    if (is(static_cast<const pqxx::undefined_function*>(nullptr))) return "42883";
    if (is(static_cast<const pqxx::insufficient_resources*>(nullptr))) return "53000";
    return "";
}

// libpqxx 6 would connect again by itself, unseen, and what belonged to the session would be gone.
inline void never_reconnect([[maybe_unused]] pqxx::connection& on) {
#if PQXX_VERSION_MAJOR < 7
    on.inhibit_reactivation(true);
#endif
}

}  // namespace slipway::postgres

#pragma GCC diagnostic pop
