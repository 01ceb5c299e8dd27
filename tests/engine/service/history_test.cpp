// A log that is older than the project, as people meet it: orders and ends are refused, the audit says why, and what is
// taken in is theirs again.
#include "tests/engine/service/fixture.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

// The log of a time before the contract, and the registry as it is.
void restore(service_fixture& f) {
    f.host.also = nullptr;
    f.market.reset();
    f.host.stop();
    f.u.log.restore(0);
    f.rules.restored();
    f.host.start();
    f.begin();
}

}  // namespace

TEST_CASE("an older log orders nothing and ends nothing, is not ready, and says so; adopting brings the rest back") {
    service_fixture f;
    const auto before = f.active_contract("c-1");
    const std::int64_t server = before.state.data.server->id;
    restore(f);
    REQUIRE(f.ask(f.market->look_around(f.from("slipwayd"))));
    const auto again = f.accept("c-1");
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == error_kind::refused);
    CHECK_THAT(again.error().message, contains("older") && contains("slipway audit"));
    CHECK_FALSE(f.market->ready().ready);
    const auto report = f.ask(f.market->audit(f.from("operator")));
    REQUIRE(report);
    const auto is_ahead = [](const service::finding& one) { return one.about.what == finding_kind::ahead; };
    CHECK(std::any_of(report->findings.begin(), report->findings.end(), is_ahead));
    for (const service::finding& one : report->findings) {
        if (one.about.kind != resource_kind::server) continue;
        CHECK(one.about.id == server);
        CHECK_THAT(one.advice, contains("--adopt"));
    }
    const auto adopted = f.ask(f.market->adopt(f.from("operator")));
    REQUIRE(adopted);
    CHECK(std::none_of(adopted->findings.begin(), adopted->findings.end(), is_ahead));
    CHECK(f.market->ready().ready);
    const auto shown = f.ask(f.market->find("contract", "c-1", f.from("buyer")));
    REQUIRE(shown);
    CHECK(shown->state.in("active"));
    CHECK(shown->state.data.server->id == server);
    const auto repeated = f.accept("c-1");
    REQUIRE(repeated);
    CHECK(repeated->stream == shown->stream);
    CHECK(f.u.cloud.servers().size() == 1);
    REQUIRE(f.ask(f.market->end_contract("c-1", "cancelled", f.from("buyer"))));
    REQUIRE(f.host.run_until_at_rest(shown->stream));
    CHECK(f.u.cloud.servers().empty());
}

TEST_CASE("an older log is audited once, and who looks again later sees that it was settled at Hetzner") {
    service_fixture f;
    const auto before = f.active_contract("c-1");
    restore(f);
    const auto look = [&] { REQUIRE(f.ask(f.market->look_around(f.from("slipwayd")))); };
    look();
    CHECK_FALSE(f.u.log.all_heads().empty());  // the audit's
    const auto asked = f.u.requests;
    look();
    CHECK(f.u.requests == asked);
    CHECK_FALSE(f.market->ready().ready);
    f.u.cloud.take_away(before.state.data.server->id);
    f.host.run_for(10min);
    look();
    CHECK(f.market->ready().ready);
    CHECK(f.accept("c-1"));
}

TEST_CASE("a position beyond the end of the log is not reached") {
    service_fixture f;
    f.active_contract("c-1");
    const std::uint64_t last = f.u.log.records().size();
    CHECK(*f.ask(f.market->reaches(0, f.from("reader"))));
    CHECK(*f.ask(f.market->reaches(last, f.from("reader"))));
    CHECK_FALSE(*f.ask(f.market->reaches(last + 1, f.from("reader"))));
}

TEST_CASE("a token of another project is refused while an order is in doubt, or only a key is known") {
    for (const site where : {site::create_key, site::create_server}) {
        service_fixture f;
        REQUIRE(f.put_provider("acme"));
        REQUIRE(f.put_offering("small"));
        f.fail(where, 1, fault::crash_after);
        f.host.stays_down = true;
        const auto accepted = f.accept("c-1");
        REQUIRE(accepted);
        f.host.also = nullptr;
        f.market.reset();
        REQUIRE(f.host.run_until([&] { return !f.host.running(); }, 1h));
        f.host.stays_down = false;
        f.faults.otherwise = [](site s) { return s == site::survey ? fault::refused_by_server_error : fault::none; };
        f.host.start();
        f.begin();
        f.projects->elsewhere.insert("token-of-another");
        f.faults.otherwise = nullptr;
        const auto put = f.put_provider("acme", "token-of-another");
        INFO(name(where));
        REQUIRE_FALSE(put);
        CHECK(put.error().kind == error_kind::refused);
        REQUIRE(f.host.run_until_at_rest(accepted->stream));
    }
}
