// One stream of the log, checked: what is right stays unsaid, and every way of being wrong has its word and its place.
#include "engine/service/stream_check.hpp"
#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace slipway;
using service::check_stream;
using service::log_problems;

namespace {

struct checked_stream {
    std::vector<event_record> records;
    stream_head head;

    checked_stream() {
        vm_requested asked;
        asked.owner = "cli:alice";
        asked.spec.name = "web";
        asked.spec.provider = "direct";
        asked.spec.candidates = {{"cx23", "nbg1", 1}};
        step_started began;
        began.step = step::register_key;
        key_created key;
        key.key_id = 11;
        key.ours = true;
        append_request request;
        vm_state state;
        for (const event& one : std::vector<event>{asked, began, key}) {
            REQUIRE(evolve(state, one));
            new_event stored;
            stored.type = type_of(one);
            stored.schema_version = version_of(one);
            stored.event_id = "event-" + std::to_string(state.version);
            stored.data = encode(one);
            request.events.push_back(std::move(stored));
        }
        request.head = head_of(state, {"web-1"});
        records = chained_records(request, std::string(first_previous_hash));
        for (std::size_t i = 0; i < records.size(); ++i) records[i].seq = 10 * (i + 1);
        head = request.head;
        head.hash = records.back().hash;
    }

    // From this record on, as whoever wrote it would have.
    void chain_again(std::size_t from) {
        for (std::size_t i = from; i < records.size(); ++i)
            records[i].hash =
                chain_hash(i == 0 ? first_previous_hash : std::string_view(records[i - 1].hash), records[i]);
        head.hash = records.back().hash;
    }
};

std::vector<std::string> words(const log_problems& found) {
    std::vector<std::string> out;
    for (const auto& one : found) out.push_back(one.problem);
    return out;
}

using expected = std::vector<std::string>;

}  // namespace

TEST_CASE("a stream as it was written is right") {
    const checked_stream web;
    CHECK(check_stream(web.records, web.head).empty());
}

TEST_CASE("a changed record is the culprit, and not those behind it") {
    checked_stream web;
    SECTION("a field") {
        web.records[1].actor = "somebody else";
    }
    SECTION("its hash") {
        web.records[1].hash.front() = 'x';
    }
    const auto found = check_stream(web.records, web.head);
    REQUIRE(words(found) == expected{"hash_mismatch"});
    CHECK(found[0].stream == "web-1");
    CHECK(found[0].version == 2);
    CHECK(found[0].seq == 20);
    CHECK_THAT(found[0].message, test::contains("was changed after it was written"));
}

TEST_CASE("what is missing, and what comes twice, is named") {
    checked_stream web;
    SECTION("one version, which the replay misses, too") {
        web.records.erase(web.records.begin() + 1);
        const auto found = check_stream(web.records, web.head);
        CHECK(found.at(0).problem == "missing_version");
        CHECK(found[0].message == "version 2 is missing");
        CHECK(found[0].version == 3);
    }
    SECTION("several") {
        web.records.erase(web.records.begin(), web.records.begin() + 2);
        CHECK(check_stream(web.records, web.head).at(0).message == "versions 1 to 2 are missing");
    }
    SECTION("the last one") {
        web.records.pop_back();
        const auto found = check_stream(web.records, web.head);
        CHECK(found.at(0).message == "the head's hash is not the hash of the last event");
        CHECK(found.size() > 1);
    }
    SECTION("twice") {
        web.records.push_back(web.records[1]);
        CHECK(check_stream(web.records, web.head).at(0).message == "version 3 came before it");
    }
    SECTION("all of them") {
        const auto found = check_stream({}, web.head);
        REQUIRE(words(found) == expected{"missing_events"});
        CHECK(found[0].stream == "web-1");
    }
}

TEST_CASE("a record of another kind is named, and a stream of an unknown one is not replayed") {
    checked_stream web;
    SECTION("one of another") {
        web.records[2].kind = "contract";
        web.chain_again(2);
        CHECK(check_stream(web.records, web.head).at(0).problem == "kind_changed");
    }
    SECTION("all unknown") {
        for (auto& record : web.records) record.kind = "ghost";
        web.chain_again(0);
        const auto found = check_stream(web.records, web.head);
        REQUIRE(words(found) == expected{"illegal_transition"});
        CHECK(found[0].version == 1);
        CHECK_THAT(found[0].message, test::contains("no machine of the kind \"ghost\""));
    }
}

TEST_CASE("a transition that the machine does not allow is found, however well it is hashed") {
    checked_stream web;
    web.records[2].type = "activated";
    web.records[2].data = encode(activated{"192.0.2.1", {}});
    web.chain_again(2);
    const auto found = check_stream(web.records, web.head);
    REQUIRE(words(found) == expected{"illegal_transition"});
    CHECK(found[0].version == 3);
    CHECK(found[0].seq == 30);
}

TEST_CASE("a head differs by name, and a stream without one says so") {
    checked_stream web;
    web.head.owner = "cli:bob";
    web.head.version = 2;
    const auto found = check_stream(web.records, web.head);
    REQUIRE(words(found) == expected{"head_differs", "head_differs"});
    CHECK(found[0].message == "the head's version is \"2\", the events make it \"3\"");
    CHECK(found[1].message == "the head's owner is \"cli:bob\", the events make it \"cli:alice\"");
    service::stream_chain chain;
    for (const auto& record : web.records) CHECK(chain.take(record).empty());
    CHECK(words(check_end(web.head.stream, chain, nullptr)) == expected{"missing_head"});
    CHECK(check_replay(web.head.stream, chain, web.records, nullptr).empty());
}
