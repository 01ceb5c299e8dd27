// Why a server does not let somebody in, told apart by its code.
#include "adapters/postgres/refused_login.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <string>

using namespace slipway;
using postgres::server_address;

namespace {

// Of the server that runs the tests, with another ending of its URL: /DATABASE and ?what=follows.
server_address at(const std::string& ending) {
    const std::string url = std::getenv("SLIPWAY_TEST_POSTGRES");
    return server_address::parse(url.substr(0, url.rfind('/')) + ending).value();
}

}  // namespace

TEST_CASE("the code of a refusal is known, whatever language it is said in") {
    CHECK(postgres::knock(at("/nowhere")) == "3D000");
    CHECK(postgres::knock(at("/postgres?user=nobody_of_that_name")) == "28000");
    CHECK(postgres::knock(at("/postgres?options=-c%20no_such_setting%3D1")) == "42704");
}

TEST_CASE("who is let in, and who meets no server, is refused by none") {
    CHECK(postgres::knock(at("/postgres")).empty());
    CHECK(postgres::knock(server_address::parse("postgresql://127.0.0.1:1/postgres").value()).empty());
}

TEST_CASE("a person is needed for what will not pass by itself") {
    for (const char* code : {"28000", "28P01", "3D000", "42501"}) CHECK(postgres::is_for_a_person(code));
    for (const char* code : {"", "57P03", "53300", "08006"}) CHECK_FALSE(postgres::is_for_a_person(code));
}
