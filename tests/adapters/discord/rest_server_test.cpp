// REST over real connections: which ones are used, and what goes over them.
#include "adapters/discord/rest.hpp"

#include "engine/runtime/system.hpp"
#include "tests/adapters/discord/set_chance.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/adapters/net/trust.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using nlohmann::json;

namespace {

struct client {
    explicit client(const scripted_server& server) : api(settings(server), clock, chance) {}

    static rest_settings settings(const scripted_server& server) {
        rest_settings out;
        out.base = *net::parse_url(server.url("localhost") + "/api/v10");
        out.bot_token = secret("a.b.c");
        out.tls = trusting(authority());
        return out;
    }
    rest_result<void> acknowledge() {
        return run(loop, api.acknowledge("1", "token", json{{"type", 5}}, clock.steady()));
    }

    boost::asio::io_context loop;
    system_clock clock;
    set_chance chance;
    rest api;
};

identity localhost() {
    return make_server_identity(authority(), "DNS:localhost");
}

}  // namespace

TEST_CASE("acknowledgements go over a connection that was made before they came") {
    scripted_server server(
        [](peer& to) {
            for (;;) {
                const auto request = to.read_request();
                if (request.empty()) return;
                to.answer(200, "{}", "X-Slow: no\r\n");
            }
        },
        localhost());
    client one(server);
    boost::asio::cancellation_signal cancel;
    bool ended = false;
    boost::asio::co_spawn(one.loop, one.api.keep_warm(),
                          boost::asio::bind_cancellation_slot(cancel.slot(), [&](auto) { ended = true; }));
    run_until(one.loop, [&] { return server.requests().size() == 2; });
    CHECK(server.connections() == 2);
    // Its answer has to have come back to the pool.
    run_until(one.loop, [&] { return one.loop.poll() == 0; });
    for (int i = 0; i < 5; ++i) CHECK(one.acknowledge().has_value());
    CHECK(server.connections() == 2);
    cancel.emit(boost::asio::cancellation_type::terminal);
    run_until(one.loop, [&] { return ended; });
}

TEST_CASE("a warm connection that breaks at the acknowledgement costs no command") {
    scripted_server server(
        [](peer& to) {
            if (to.number() == 1) {
                to.read_request();
                to.answer(200, "{}");
                to.read_request();  // taken, and no answer
                return;
            }
            to.read_request();
            to.answer(400, R"({"message":"Interaction has already been acknowledged.","code":40060})");
            to.wait_for_close();
        },
        localhost());
    client one(server);
    CHECK(one.acknowledge().has_value());
    CHECK(one.acknowledge().has_value());
    REQUIRE(server.requests().size() == 3);
    CHECK(server.connections() == 2);
    CHECK(server.requests()[1] == server.requests()[2]);
}
