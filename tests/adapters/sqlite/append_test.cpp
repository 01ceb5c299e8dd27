// Appending and reading: what the port promises, on real files.
#include "adapters/sqlite/head_query.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

bool same(const event_record& a, const event_record& b) {
    return a.seq == b.seq && a.hash == b.hash && hash_input(a) == hash_input(b);
}

}  // namespace

TEST_CASE("what was appended is read back byte for byte") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    auto request = make_request(1, 0, 3);
    request.events[1].data = "{\"text\":\"\xc3\xa4 \\u0000 \\\" ' \xf0\x9f\x9a\xa2\"}";
    request.events[2].actor = std::string("odd\0actor", 9);
    request.head.due_at = timestamp{1'763'650'123'456};
    const auto stored = append_one(writer, request);
    REQUIRE(stored);
    CHECK_FALSE(stored->repeated);
    REQUIRE(stored->records.size() == 3);

    auto reader = sqlite::reader::open(at / "s.db").value();
    const auto records = reader.read_stream(request.head.stream, 0).value();
    REQUIRE(records.size() == 3);
    std::string hash{first_previous_hash};
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(same(records[i], stored->records[i]));
        CHECK(records[i].seq == i + 1);
        CHECK(records[i].version == i + 1);
        CHECK(records[i].stream == request.head.stream);
        CHECK(records[i].kind == "vm");
        CHECK(records[i].data == request.events[i].data);
        CHECK(records[i].actor == request.events[i].actor);
        CHECK(records[i].at == request.events[i].at);
        hash = chain_hash(hash, records[i]);
        CHECK(records[i].hash == hash);
    }
    const auto heads = reader.heads({}).value();
    REQUIRE(heads.size() == 1);
    CHECK(heads[0].version == 3);
    CHECK(heads[0].hash == hash);
    CHECK(heads[0].due_at == request.head.due_at);
    CHECK(heads[0].name == "web1");
    CHECK(reader.read_stream(request.head.stream, 2).value().size() == 1);
    CHECK(reader.read_stream(stream_number(9), 0).value().empty());
}

TEST_CASE("the head follows every append, also where its identity changes") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    auto reader = [&] { return sqlite::reader::open(at / "s.db").value(); };
    REQUIRE(append_one(writer, make_request(1, 0)));
    auto second = make_request(1, 1);
    second.head.state = "key_created";
    second.head.due_at = timestamp{5};
    second.head.definition = "ffff";
    REQUIRE(append_one(writer, second));
    auto head = reader().heads({}).value().at(0);
    CHECK(head.state == "key_created");
    CHECK(head.version == 2);
    CHECK(head.due_at == timestamp{5});
    CHECK(head.definition == "ffff");
    auto third = make_request(1, 2);
    third.head.name = "web1-2";
    third.head.owner = "cli:bob";
    third.head.provider = "p";
    third.head.key_fingerprint = "cc";
    third.head.ended = third.head.at_rest = true;
    REQUIRE(append_one(writer, third));
    head = reader().heads({}).value().at(0);
    CHECK(head.name == "web1-2");
    CHECK(head.owner == "cli:bob");
    CHECK(head.provider == "p");
    CHECK(head.key_fingerprint == "cc");
    CHECK(head.ended);
    CHECK(head.at_rest);
    CHECK_FALSE(head.due_at);
    CHECK(head.hash == reader().read_stream(head.stream, 2).value().at(0).hash);
}

TEST_CASE("an append at another version is a conflict and stores nothing") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    REQUIRE(append_one(writer, make_request(1, 0, 2)));
    auto reader = sqlite::reader::open(at / "s.db").value();
    for (const std::uint64_t wrong : {0, 1, 3, 7}) {
        auto request = make_request(1, wrong);
        request.events[0].event_id = fixed_uuid(999);  // not one that is stored
        const auto answer = append_one(writer, request);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().failure == append_failure::version_conflict);
        CHECK_THAT(answer.error().message, contains("is at version 2, not " + std::to_string(wrong)));
    }
    CHECK(reader.last_seq().value() == 2);
    CHECK(reader.heads({}).value().at(0).version == 2);
    CHECK(append_one(writer, make_request(1, 2)));
}

TEST_CASE("the same events again are answered with the stored records") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    const auto first = append_one(writer, make_request(1, 0, 2)).value();
    REQUIRE(append_one(writer, make_request(1, 2)));
    for (int i = 0; i < 2; ++i) {
        const auto again = append_one(writer, make_request(1, 0, 2));
        REQUIRE(again);
        CHECK(again->repeated);
        REQUIRE(again->records.size() == 2);
        CHECK(same(again->records[0], first.records[0]));
        CHECK(same(again->records[1], first.records[1]));
    }
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(reader.last_seq().value() == 3);
    CHECK(reader.heads({}).value().at(0).version == 3);

    SECTION("but an id that another stream used is not") {
        auto other = make_request(2, 0);
        other.events[0].event_id = first.records[0].event_id;
        const auto answer = append_one(writer, other);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().failure == append_failure::version_conflict);
        CHECK_THAT(answer.error().message, contains("an event id is used once"));
        CHECK(reader.heads({}).value().size() == 1);
    }
    SECTION("nor is a request that holds a stored and a new event") {
        auto mixed = make_request(1, 3, 2);
        mixed.events[0].event_id = first.records[0].event_id;
        const auto answer = append_one(writer, mixed);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().failure == append_failure::version_conflict);
        CHECK(reader.last_seq().value() == 3);
    }
}

TEST_CASE("in a batch every request is answered by itself, in one commit") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    REQUIRE(append_one(writer, make_request(7, 0)));
    std::vector<append_request> batch;
    batch.push_back(make_request(1, 0, 2));
    batch.push_back(make_request(2, 5));      // does not exist: conflict
    batch.push_back(make_request(1, 2));      // follows the first of this batch
    batch.push_back(make_request(1, 0, 2));   // repeats it
    batch.push_back(make_request(7, 0));      // repeats what an earlier commit stored
    batch.push_back(make_request(3, 0, 40));  // more events than a cached statement takes
    const auto answers = writer.append(std::move(batch));
    REQUIRE(answers.size() == 6);
    REQUIRE(answers[0]);
    REQUIRE_FALSE(answers[1]);
    CHECK(answers[1].error().failure == append_failure::version_conflict);
    REQUIRE(answers[2]);
    CHECK(answers[2]->records[0].version == 3);
    REQUIRE(answers[3]);
    CHECK(answers[3]->repeated);
    REQUIRE(answers[4]);
    CHECK(answers[4]->repeated);
    REQUIRE(answers[5]);
    CHECK(answers[5]->records.back().version == 40);
    CHECK(writer.commits() == 2);
    auto reader = sqlite::reader::open(at / "s.db").value();
    const auto all = reader.read_all(0, 100).value();
    REQUIRE(all.size() == 44);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].seq == i + 1);
}

TEST_CASE("a request that breaks a rule of the tables fails alone") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    auto damaged = make_request(2, 0);
    SECTION("data that is not JSON") {
        damaged.events[0].data = "{\"step\":";
    }
    SECTION("data that is not an object") {
        damaged.events[0].data = "[1]";
    }
    SECTION("no event type") {
        damaged.events[0].type = "";
    }
    SECTION("a head without a state, noticed after its events went in") {
        damaged.head.state = "";
    }
    std::vector<append_request> batch;
    batch.push_back(make_request(1, 0));
    batch.push_back(damaged);
    batch.push_back(make_request(3, 0));
    const auto answers = writer.append(std::move(batch));
    CHECK(answers[0]);
    REQUIRE_FALSE(answers[1]);
    CHECK(answers[1].error().failure == append_failure::unavailable);
    CHECK_THAT(answers[1].error().message, contains("CHECK constraint failed"));
    CHECK(answers[2]);
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(reader.last_seq().value() == 2);
    CHECK(reader.heads({}).value().size() == 2);
    CHECK(append_one(writer, make_request(2, 0)));
}

TEST_CASE("a request that contradicts itself is a bug of its caller") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    auto wrong = make_request(1, 0);
    wrong.head.version = 2;
    CHECK_THROWS_AS(append_one(writer, wrong), std::invalid_argument);
    wrong = make_request(1, 0);
    wrong.events.clear();
    CHECK_THROWS_AS(append_one(writer, wrong), std::invalid_argument);
}

TEST_CASE("all records are read in order, page by page") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    for (std::uint64_t i = 0; i < 20; ++i) REQUIRE(append_one(writer, make_request(i % 4, i / 4)));
    auto reader = sqlite::reader::open(at / "s.db").value();
    std::uint64_t after = 0;
    std::size_t found = 0;
    for (;;) {
        const auto page = reader.read_all(after, 7).value();
        if (page.empty()) break;
        for (const auto& record : page) {
            CHECK(record.seq == after + 1);
            after = record.seq;
            ++found;
        }
    }
    CHECK(found == 20);
    CHECK(reader.read_all(UINT64_MAX, 10).value().empty());
    CHECK(reader.read_all(0, SIZE_MAX).value().size() == 20);
}

TEST_CASE("heads are filtered as the port says") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    const auto put = [&](std::uint64_t n, const char* state, const char* owner, bool at_rest, bool ended) {
        auto request = make_request(n, 0);
        request.head.state = state;
        request.head.owner = owner;
        request.head.at_rest = at_rest;
        request.head.ended = ended;
        REQUIRE(append_one(writer, request));
    };
    put(1, "accepted", "alice", false, false);
    put(2, "active", "alice", true, false);
    put(3, "terminated", "alice", true, true);
    put(4, "active", "bob", true, false);
    auto reader = sqlite::reader::open(at / "s.db").value();
    const auto count = [&](const head_filter& filter) { return reader.heads(filter).value().size(); };
    head_filter filter;
    CHECK(count(filter) == 4);
    filter.live_only = true;
    CHECK(count(filter) == 3);
    filter.owner = "alice";
    CHECK(count(filter) == 2);
    filter.state = "active";
    CHECK(count(filter) == 1);
    filter = {};
    filter.unfinished_only = true;
    CHECK(count(filter) == 1);
    filter = {};
    filter.name = "web4";
    CHECK(count(filter) == 1);
    filter.kind = "contract";
    CHECK(count(filter) == 0);
}

TEST_CASE("who else uses a key, and what a command caused") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    for (std::uint64_t n = 1; n <= 4; ++n) {
        auto request = make_request(n, 0, 2);
        if (n == 3) request.head.provider = "other";
        if (n == 4) request.head.ended = true;
        REQUIRE(append_one(writer, request));
    }
    auto other_key = make_request(5, 0);
    other_key.head.key_fingerprint = "cc:dd";
    other_key.events[0].command_id = "";
    REQUIRE(append_one(writer, other_key));
    auto reader = sqlite::reader::open(at / "s.db").value();
    const auto users = reader.live_with_key("direct", "aa:bb", stream_number(1)).value();
    REQUIRE(users.size() == 1);
    CHECK(users[0] == stream_number(2));
    CHECK(reader.live_with_key("direct", "aa:bb", {}).value().size() == 2);
    const auto caused = reader.find_command("command-2-0").value();
    REQUIRE(caused.size() == 2);
    CHECK(caused[0].version == 1);
    CHECK(caused[1].version == 2);
    CHECK(reader.find_command("unknown").value().empty());
    CHECK(reader.find_command("").value().empty());
}

TEST_CASE("reading what is unfinished or who uses a key does not read the history") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        REQUIRE(append_one(writer, make_request(1, 0)));
    }
    auto on = sqlite::connection::open(at / "s.db", sqlite::connection::mode::read_only).value();
    const auto plan = [&](const std::string& sql) {
        auto query = sqlite::statement::prepare(on, "EXPLAIN QUERY PLAN " + sql).value();
        std::string text;
        while (query.step() == SQLITE_ROW) text += query.text(3) + "\n";
        return text;
    };
    CHECK_THAT(plan("SELECT * FROM streams WHERE 1 AND at_rest = 0 ORDER BY due_at, stream"),
               contains("streams_unfinished"));
    CHECK_THAT(plan("SELECT * FROM streams WHERE 1 AND owner = ?1 AND ended = 0 ORDER BY stream"),
               contains("streams_live_owner"));
    CHECK_THAT(plan("SELECT * FROM streams WHERE 1 AND name = ?1 ORDER BY stream"), contains("streams_name"));
    head_filter failed;
    failed.state = "failed";
    failed.live_only = true;
    CHECK_THAT(plan(sqlite::query_for(failed).sql), contains("SEARCH streams USING INDEX streams_not_active (state=?)"));
    failed.limit = 10;
    failed.after = "s";
    CHECK_THAT(plan(sqlite::query_for(failed).sql),
               contains("SEARCH streams USING INDEX streams_not_active (state=? AND stream>?)"));
    CHECK_THAT(
        plan("SELECT stream FROM streams WHERE provider = ?1 AND key_fingerprint = ?2 AND ended = 0 AND stream <> ?3"),
        contains("streams_live_key"));
    CHECK_THAT(plan("SELECT * FROM events WHERE command_id = ?1 AND command_id <> '' ORDER BY seq"),
               contains("events_by_command"));
}

TEST_CASE("the hash of a record is SHA-256 over the previous hash and the record") {
    event_record record;
    record.stream = {"s"};
    record.kind = "vm";
    record.version = 1;
    record.type = "t";
    record.event_id = "e";
    record.data = "{}";
    CHECK(hash_input(record) == "1:s2:vm1:11:t1:11:e24:1970-01-01T00:00:00.000Z0:0:2:{}");
    // printf '%064d%s' 0 '1:s2:vm1:11:t1:11:e24:1970-01-01T00:00:00.000Z0:0:2:{}' | sha256sum
    CHECK(chain_hash(first_previous_hash, record) ==
          "59e42e41a88d60599fd372bc547208e8efb372b3c8973094afed80590f58515b");
    CHECK(chain_hash(std::string(64, '1'), record) != chain_hash(first_previous_hash, record));
}
