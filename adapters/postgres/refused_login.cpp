#include "adapters/postgres/refused_login.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string_view>

namespace slipway::postgres {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds longest_knock{2};

struct connection_ended {
    void operator()(PGconn* one) const { PQfinish(one); }
};

bool is_part_of_sqlstate(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

// In "connection to server … failed: FATAL:  28P01: …", whatever language the words are in, the code stands between two colons.
std::string code_in(std::string_view said) {
    constexpr std::size_t length = 5;
    for (std::size_t at = said.find(":  "); at != std::string_view::npos; at = said.find(":  ", at + 1)) {
        const std::string_view code = said.substr(at + 3, length);
        const bool ends = said.substr(at + 3).size() > length && said[at + 3 + length] == ':';
        if (ends && std::all_of(code.begin(), code.end(), is_part_of_sqlstate)) return std::string(code);
    }
    return {};
}

// False: the time is over.
bool wait_for(PGconn* connection, PostgresPollingStatusType what, steady_clock::time_point until) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd one{PQsocket(connection), static_cast<short>(what == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    return ::poll(&one, 1, static_cast<int>(left)) > 0;
}

}  // namespace

std::string knock(const server_address& where) {
    const auto until = steady_clock::now() + longest_knock;
    const std::unique_ptr<PGconn, connection_ended> connection(PQconnectStart(where.connect_text().c_str()));
    if (!connection) return {};
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);  // with its code
    auto next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED && PQstatus(connection.get()) != CONNECTION_BAD) {
        if (!wait_for(connection.get(), next, until)) return {};
        next = PQconnectPoll(connection.get());
    }
    return code_in(PQerrorMessage(connection.get()));
}

bool is_for_a_person(const std::string& sqlstate) {
    return sqlstate.starts_with("28") || sqlstate == "3D000" || sqlstate == "42501";
}

}  // namespace slipway::postgres
