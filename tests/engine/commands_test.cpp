// Commands: answered once they are durable, refused with a reason, the same id the same answer.
#include "tests/engine/one_engine.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("the same command again is answered from the log") {
    one_engine h;
    const stream_id web = h.request(spec_named("web1"), "c1");
    const auto again = h.host.ask({request_vm{spec_named("web1"), "alice"}, {}, "cli:alice", "c1"});
    REQUIRE(again);
    REQUIRE(*again);
    CHECK((*again)->repeated);
    CHECK((*again)->stream == web);
    REQUIRE(h.host.run_until_at_rest(web));
    REQUIRE(h.end(web, "c2"));
    REQUIRE(h.end(web, "c2"));
    REQUIRE(h.host.run_until_at_rest(web));
    REQUIRE(h.end(web, "c2"));
    CHECK(h.all<end_requested>(web).size() == 1);
    CHECK(h.all<command_refused>(web).empty());
}

TEST_CASE("a refusal is written down, and the same command is refused again with the same words") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    REQUIRE(h.end(web));
    CHECK_FALSE(h.end(web, "c1"));
    const std::string why = h.last_error.message;
    CHECK(h.last_error.kind == error_kind::refused);
    CHECK_THAT(why, contains("being deleted already"));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK_FALSE(h.end(web, "c1"));
    CHECK(h.last_error.kind == error_kind::refused);
    CHECK(h.last_error.message == why);
    const auto refused = h.all<command_refused>(web);
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().command == "end_vm");
    CHECK(refused.front().why == why);
    CHECK_THAT(refused.front().rule, contains("terminating"));
}

TEST_CASE("a name is taken as long as its VM lives, per provider") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    CHECK(h.request(spec_named("web1")).text.empty());
    CHECK(h.last_error.kind == error_kind::refused);
    CHECK_THAT(h.last_error.message, contains("web1 exists already"));
    auto elsewhere = spec_named("web1-b");
    elsewhere.provider = "other";
    CHECK_FALSE(h.request(elsewhere).text.empty());
    REQUIRE(h.end(web));
    REQUIRE(h.host.run_until_at_rest(web));
    const stream_id next = h.live(spec_named("web1"));
    CHECK(h.state(next) == "active");
}

TEST_CASE("two requests for one name at the same moment: one of them") {
    one_engine h;
    int given = 0;
    int refused = 0;
    const auto count = [&](const result<receipt>& r) { ++(r ? given : refused); };
    for (int i = 0; i < 3; ++i) h.host.submit({request_vm{spec_named("web1"), "alice"}, {}, "cli:alice", {}}, count);
    h.host.run_for(10s);
    CHECK(given == 1);
    CHECK(refused == 2);
}

TEST_CASE("commands about different VMs do not wait for each other") {
    one_engine h;
    h.host.run_for(1s);  // it has looked for what is unfinished
    int given = 0;
    for (int i = 0; i < 64; ++i)
        h.host.submit({request_vm{spec_named("web" + std::to_string(i)), "alice"}, {}, "cli:alice", "c" + std::to_string(i)},
                      [&](const result<receipt>& r) { given += r.has_value(); });
    h.host.run_for(10ms);  // an append takes one
    CHECK(given == 64);
}

TEST_CASE("one command sent twice at the same moment is one command") {
    one_engine h;
    std::vector<stream_id> given;
    const auto keep = [&](const result<receipt>& r) {
        REQUIRE(r);
        given.push_back(r->stream);
    };
    for (int i = 0; i < 2; ++i) h.host.submit({request_vm{spec_named("web1"), "alice"}, {}, "cli:alice", "c1"}, keep);
    h.host.run_for(10s);
    REQUIRE(given.size() == 2);
    CHECK(given[0] == given[1]);
}

TEST_CASE("nobody can end a VM that is not there") {
    one_engine h;
    CHECK_FALSE(h.end(stream_id{"01930000-1234-7fff-bfff-ffffffffffff"}));
    CHECK(h.last_error.kind == error_kind::not_found);
}

TEST_CASE("while the log cannot be written a command is answered with an error and nothing is done") {
    one_engine h;
    h.fail(site::append, 1, fault::unavailable_log);
    CHECK(h.request(spec_named("web1")).text.empty());
    CHECK(h.last_error.kind == error_kind::storage);
    h.host.run_for(1min);
    CHECK(h.u.log.records().empty());
    CHECK(h.u.requests == 0);
    CHECK_FALSE(h.request(spec_named("web1")).text.empty());
}

TEST_CASE("a command whose earlier fate cannot be read is not carried out a second time") {
    one_engine h;
    auto spec = spec_named("web1");
    const stream_id web = h.request(spec, "c1");
    REQUIRE(h.host.run_until_at_rest(web));
    REQUIRE(h.end(web, "c2"));
    REQUIRE(h.host.run_until_at_rest(web));
    h.fail(site::read_log, 1, fault::unavailable_log);
    CHECK(h.request(spec, "c1").text.empty());
    CHECK(h.last_error.kind == error_kind::storage);
    h.fail(site::read_log, 2, fault::unavailable_log);
    CHECK(h.request(spec, "c1").text.empty());
    CHECK(h.last_error.kind == error_kind::storage);
    CHECK(h.u.log.all_heads().size() == 1);
    CHECK(h.request(spec, "c1") == web);
}

TEST_CASE("a command that was stored although the log said no is found when it is sent again") {
    one_engine h;
    h.fail(site::append, 1, fault::torn);
    CHECK(h.request(spec_named("web1"), "c1").text.empty());
    CHECK(h.last_error.kind == error_kind::storage);
    const stream_id web = h.request(spec_named("web1"), "c1");
    REQUIRE_FALSE(web.text.empty());
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "active");
    h.fail(site::append, 1, fault::torn);
    CHECK_FALSE(h.end(web, "c2"));
    REQUIRE(h.end(web, "c2"));
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
}

TEST_CASE("while one VM waits for the log, commands are answered and do not wait with it") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    REQUIRE(h.end(web));
    h.faults.otherwise = [](site s) { return s == site::append ? fault::unavailable_log : fault::none; };
    h.host.run_for(10s);
    const std::int64_t before = h.u.time.now();
    CHECK_FALSE(h.end(web));
    CHECK(h.last_error.kind == error_kind::storage);
    CHECK(h.request(spec_named("web2")).text.empty());
    CHECK(h.last_error.kind == error_kind::storage);
    CHECK(h.u.time.now() - before < 1000);
    CHECK(h.host.log_troubles() > 0);
    h.faults.otherwise = nullptr;
    REQUIRE(h.host.run_until_at_rest(web));
    CHECK(h.state(web) == "terminated");
}

TEST_CASE("a command that came just before the log went bad does not wait for it to come back") {
    one_engine h;
    const stream_id web = h.live(spec_named("web1"));
    REQUIRE(h.end(web));
    // The command queues behind an append that is under way and will fail.
    bool answered = false;
    std::int64_t at = 0;
    h.faults.otherwise = [&](site s) {
        if (s != site::append) return fault::none;
        if (!answered && at == 0) {
            at = h.u.time.now();
            h.u.time.after(0ms, [&] {
                h.host.submit({end_vm{"again"}, web, "cli:alice", {}}, [&](const result<receipt>& r) {
                    answered = true;
                    CHECK_FALSE(r);
                });
            });
        }
        return fault::unavailable_log;
    };
    h.host.run_for(30s);
    CHECK(answered);
    h.faults.otherwise = nullptr;
    REQUIRE(h.host.run_until_at_rest(web));
}

TEST_CASE("a command that was stored although the log said no: it is carried out, though nobody asks again") {
    one_engine h;
    accept_contract order;
    order.contract.contract_id = "c-1";
    order.contract.offering = "small";
    order.contract.owner = "bob";
    order.contract.spec = spec_named("");
    order.contract.expires_at = h.u.wall() + milliseconds{48 * 3'600'000};
    const auto taken = h.host.ask({order, {}, "api", "order"});
    REQUIRE((taken && *taken));
    const stream_id c = (*taken)->stream;
    REQUIRE(h.host.run_until_at_rest(c));
    h.fail(site::append, 1, fault::torn);
    h.fail(site::read_log, 2, fault::unavailable_log);  // 1: whether the command is known
    CHECK_FALSE(h.end(c, "end"));
    CHECK(h.state(c) == "terminating");
    SECTION("who asks again is told what it has become") {
        const auto told = h.host.ask({end_vm{"asked"}, c, "api", "end"});
        REQUIRE((told && *told));
        CHECK((*told)->repeated);
        CHECK((*told)->state.in("terminating"));
    }
    SECTION("nobody does") {}
    REQUIRE(h.host.run_until_at_rest(c, 5min));
    CHECK(h.state(c) == "terminated");
    h.rules.nothing_left();
}
