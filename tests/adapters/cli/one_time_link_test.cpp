// The dashboard's link: exchanged once, for a session that nothing else opens.
#include "adapters/cli/dashboard/one_time_link.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace slipway;

namespace {

net::http_request showing(const std::string& authorization) {
    net::http_request request;
    request.headers.push_back(net::http_header{"authorization", authorization});
    return request;
}

}  // namespace

TEST_CASE("a link is exchanged once, and only by what it carries") {
    cli::one_time_link link(secret("carried"), secret("session"));
    CHECK_FALSE(link.exchange(""));
    CHECK_FALSE(link.exchange("carrie"));
    CHECK_FALSE(link.exchange("session"));
    const auto session = link.exchange("carried");
    REQUIRE(session);
    CHECK(session->reveal() == "session");
    CHECK_FALSE(link.exchange("carried"));
}

TEST_CASE("a session is let in by its own token alone, also before anybody has it") {
    const cli::one_time_link link(secret("carried"), secret("session"));
    CHECK(link.admits(showing("Bearer session")));
    for (const char* other : {"", "Bearer", "Bearer ", "Bearer carried", "Bearer session ", "session", "Basic session"})
        CHECK_FALSE(link.admits(showing(other)));
    CHECK_FALSE(link.admits(net::http_request()));
}
