// Why a server did not let somebody in, as its code: what it says in words is in the language that it was set up with, and
// libpqxx passes on the words alone.
#pragma once

#include "adapters/postgres/server_address.hpp"

#include <string>

namespace slipway::postgres {

// Knocks once more and listens to the answer for a moment. The SQLSTATE; empty where it was not a server that said no.
// Blocks; any thread.
std::string knock(const server_address& where);

// What only a person can set right: user, password, database, and who may come in from where.
bool is_for_a_person(const std::string& sqlstate);

}  // namespace slipway::postgres
