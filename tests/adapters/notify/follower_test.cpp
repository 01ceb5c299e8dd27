#include "adapters/notify/follower.hpp"
#include "tests/adapters/notify/contracts.hpp"
#include "tests/adapters/notify/scripted_channel.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

struct newsroom {
    newsroom() {
        log_parts.say = [this](const std::string& line) { lines.push_back(line); };
        providers.known["acme"] = provider("acme", "ops@acme.example", "-100");
    }

    void start(std::set<std::string, std::less<>> open = {"email", "telegram"}) {
        run.reset();
        reader = std::make_unique<follower>(log_parts, std::move(open), [this] {
            ++added;
            if (on_added) std::exchange(on_added, nullptr)();
        });
        run.emplace(clock, reader->run());
    }
    void fail(int number, const std::string& to = "acme") {
        contract_stream stream{log};
        stream.id = "0193c0de-aaaa-7000-8000-" + std::string(11, '0') + std::to_string(number);
        stream.at = clock.now();
        stream.fails_clean(contract("c-" + std::to_string(number), to), step::create_server, failure_code::quota,
                           "full");
    }

    fake_clock clock;
    memory_log log;
    memory_outbox box;
    memory_registry providers;
    parts log_parts{log, box, providers, clock, {}, price_of_nothing, no_secret_address};
    std::vector<std::string> lines;
    int added = 0;
    std::function<void()> on_added;  // the first time
    std::unique_ptr<follower> reader;
    std::optional<service_run> run;
};

}  // namespace

TEST_CASE("what happens is put into the outbox, with the place up to which was read") {
    newsroom n;
    n.start();
    CHECK(n.box.entries.empty());
    n.fail(1);
    n.reader->wake();
    n.clock.advance(1s);
    REQUIRE(n.box.entries.size() == 2);
    CHECK(n.box.entries[0].message.channel == "email");
    CHECK(n.box.entries[1].message.channel == "telegram");
    CHECK(n.box.entries[0].message.event_id == n.log.records.back().event_id);
    CHECK(n.box.entries[0].message.created_at == n.clock.now() + -1s);
    CHECK(n.box.position == n.log.records.size());
    CHECK(n.added == 1);
    n.fail(2);  // nobody says so
    n.clock.advance(61s);
    CHECK(n.box.entries.size() == 4);
    CHECK(n.lines.empty());
}

TEST_CASE("what happens while the log is read is not missed") {
    newsroom n;
    n.fail(1);
    n.on_added = [&] {
        n.fail(2);
        n.reader->wake();
    };
    n.start();
    n.clock.advance(1s);
    CHECK(n.box.entries.size() == 4);
}

TEST_CASE("a restart goes on where it stopped; a crash before the outbox was written makes no second message") {
    newsroom n;
    n.fail(1);
    n.start();
    REQUIRE(n.box.entries.size() == 2);
    n.fail(2);
    n.box.broken = true;  // the process ends here, for what it leaves
    n.reader->wake();
    n.clock.advance(1s);
    n.run.reset();
    n.box.broken = false;
    CHECK(n.box.entries.size() == 2);
    n.start();
    REQUIRE(n.box.entries.size() == 4);
    // A position that was lost, as if the last write had been of messages alone: they are known.
    n.box.position = 0;
    n.start();
    CHECK(n.box.entries.size() == 4);
    CHECK(n.box.position == n.log.records.size());
}

TEST_CASE("a store that does not work is waited for, and said once") {
    newsroom n;
    n.fail(1);
    SECTION("log") {
        n.log.broken = true;
    }
    SECTION("outbox") {
        n.box.broken = true;
    }
    SECTION("registry") {
        n.providers.broken = true;
    }
    n.start();
    n.clock.advance(10min);
    CHECK(n.box.entries.empty());
    REQUIRE(n.lines.size() == 1);
    CHECK_THAT(n.lines[0], contains("the disk is full"));
    n.log.broken = n.box.broken = n.providers.broken = false;
    n.clock.advance(61s);
    CHECK(n.box.entries.size() == 2);
    CHECK(n.lines.size() == 1);
}

TEST_CASE("a damaged stream is said and passed over") {
    newsroom n;
    n.fail(1);
    n.log.records[1].data = "{}";  // key_created without its members
    n.fail(2);
    n.start();
    CHECK(n.box.entries.size() == 2);
    CHECK(n.box.position == n.log.records.size());
    REQUIRE(n.lines.size() == 1);
    CHECK_THAT(n.lines[0], contains("Nobody was told about event"));
}

TEST_CASE("nobody to tell is said in the log") {
    newsroom n;
    SECTION("the provider is unknown") {
        n.fail(1, "other");
    }
    SECTION("it has no address") {
        n.providers.known["acme"] = provider("acme", "", "");
        n.fail(1);
    }
    n.start();
    CHECK(n.box.entries.empty());
    REQUIRE(n.lines.size() == 1);
    CHECK_THAT(n.lines[0], contains("Contract c-1 failed"));
    CHECK(n.box.position == n.log.records.size());
}

TEST_CASE("only ways that are open are used") {
    newsroom n;
    n.fail(1);
    n.start({"telegram"});
    REQUIRE(n.box.entries.size() == 1);
    CHECK(n.box.entries[0].message.channel == "telegram");
}

TEST_CASE("what happened long ago is no news") {
    newsroom n;
    n.fail(1);
    n.clock.advance(24h * 8);
    n.fail(2);
    n.start();
    REQUIRE(n.box.entries.size() == 2);
    CHECK_THAT(n.box.entries[0].message.subject, contains("c-2"));
}

TEST_CASE("a long log is read in pieces, and its place is written seldom") {
    newsroom n;
    contract_stream stream{n.log};
    stream.at = n.clock.now();
    stream.add(contract());
    for (int i = 0; i < 3000; ++i) {
        command_refused no;
        no.command = "end";
        stream.add(no);
    }
    n.fail(1);
    n.start();
    CHECK(n.box.entries.size() == 2);
    CHECK(n.box.writes == 1);
    CHECK(n.log.reads >= 6);
    n.clock.advance(10min);  // nothing new: nothing is written
    CHECK(n.box.writes == 1);
}

TEST_CASE("the state that is told about is the one of that event") {
    newsroom n;
    contract_stream stream{n.log};
    stream.at = n.clock.now();
    stream.cannot_be_ended(contract(), "Its delete protection is on.");
    stream.add(termination_retried{});
    server_deleted gone;
    gone.server_id = 4711;
    stream.add(gone);
    stream.add(terminated{});
    n.fail(1);  // all of it was deleted: its price is nobody's business
    std::string asked;
    n.log_parts.cost_per_day = [&asked](std::string p, std::string type,
                                        std::string location) -> awaitable<std::string> {
        asked += p + " " + type + " " + location + ";";
        co_return std::string("0.15 EUR net");
    };
    n.start();
    REQUIRE(n.box.entries.size() == 4);
    CHECK_THAT(n.box.entries[0].message.body, contains("0.15 EUR net a day"));
    CHECK_THAT(n.box.entries[0].message.body, !contains("deleted again"));
    CHECK(asked == "acme cx22 fsn1;");
}

TEST_CASE("an audit's findings go to the provider whose project it was") {
    newsroom n;
    contract_stream stream{n.log, "0193c0de-bbbb-7000-8000-000000000001", "audit", n.clock.now()};
    audited e;
    e.provider = "acme";
    e.findings.emplace_back();
    e.findings[0].what = finding_kind::orphan;
    e.findings[0].kind = resource_kind::server;
    e.findings[0].id = 99;
    stream.add(e);
    n.start();
    REQUIRE(n.box.entries.size() == 2);
    CHECK(n.box.entries[0].message.recipient == "ops@acme.example");
    CHECK_THAT(n.box.entries[0].message.subject, contains("audit of acme"));
}

TEST_CASE("no message holds a recipe, a key or a token") {
    newsroom n;
    n.fail(1);
    contract_stream stream{n.log};
    stream.at = n.clock.now();
    stream.fails_and_leaks(contract("c-9"), "protected");
    n.start();
    REQUIRE(n.box.entries.size() == 4);
    for (const auto& e : n.box.entries)
        for (const std::string& secret :
             {recipe_secret, std::string("AAAApublicline"), std::string("sealed-token-text")}) {
            CHECK_THAT(e.message.subject, !contains(secret));
            CHECK_THAT(e.message.body, !contains(secret));
        }
}
