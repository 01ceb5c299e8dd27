#include "tools/slipway-bench/server_link.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace slipway::bench {

namespace {

[[noreturn]] void fail(PGconn* on) {
    const std::string said = PQerrorMessage(on);
    throw std::runtime_error("PostgreSQL says: " + said.substr(0, said.find('\n')));
}

void must(PGconn* on, PGresult* answer) {
    const auto status = PQresultStatus(answer);
    PQclear(answer);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(on);
}

}  // namespace

void server_link::closer::operator()(pg_conn* on) const { PQfinish(on); }

server_link::server_link(const std::string& url) : on_(PQconnectdb(url.c_str())) {
    if (PQstatus(on_.get()) != CONNECTION_OK) fail(on_.get());
    run("SET client_min_messages = warning");
}

void server_link::run(const std::string& sql) { must(on_.get(), PQexec(on_.get(), sql.c_str())); }

void server_link::prepare(const std::string& sql) { must(on_.get(), PQprepare(on_.get(), "it", sql.c_str(), 0, nullptr)); }

void server_link::run_prepared(const std::vector<std::string>& values) {
    std::vector<const char*> texts;
    for (const std::string& one : values) texts.push_back(one.c_str());
    must(on_.get(), PQexecPrepared(on_.get(), "it", static_cast<int>(texts.size()), texts.data(), nullptr, nullptr, 0));
}

void server_link::copy_out(const std::string& sql, const std::function<void(std::size_t bytes)>& row) {
    PGresult* begun = PQexec(on_.get(), sql.c_str());
    const auto status = PQresultStatus(begun);
    PQclear(begun);
    if (status != PGRES_COPY_OUT) fail(on_.get());
    char* data = nullptr;
    int size = 0;
    for (; (size = PQgetCopyData(on_.get(), &data, 0)) > 0; PQfreemem(data)) row(static_cast<std::size_t>(size));
    if (size == -2) fail(on_.get());
    must(on_.get(), PQgetResult(on_.get()));
}

}  // namespace slipway::bench
