// verify against every way in which a log can be wrong: it says no, and it names the culprit.
#include "engine/runtime/hash_chain.hpp"
#include "tests/support/file_text.hpp"
#include "tests/tools/slipway-log/support.hpp"

#include "tests/support/catch.hpp"

#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace {

said verified(const std::string& path, bool json = false) {
    return look(
        path, [](auto& on) { return inspection::verify(on); }, json);
}

// A log with two VMs that were closed, so that the file is all there is. seq 9 is web1's ninth event, recipe_run.
// Written once and copied: every commit waits for the disk.
std::string example(const temporary_directory& at) {
    static const std::string bytes = [] {
        temporary_directory once;
        {
            auto writer = open_writer(once / "s.db");
            vm_life(writer, 1, "web1").made_active();
            vm_life(writer, 2, "web2").made_active();
        }
        return text_of_file(once / "s.db");
    }();
    std::ofstream(at / "s.db", std::ios::binary) << bytes << std::flush;
    return at / "s.db";
}

void tamper(const std::string& path, const std::string& sql) {
    run_sql(path, "PRAGMA ignore_check_constraints = ON; " + sql);
}

const std::string web1 = stream_number(1).text, web2 = stream_number(2).text;

}  // namespace

TEST_CASE("a log as slipway wrote it is right") {
    temporary_directory at;
    const auto answer = verified(example(at));
    CHECK(answer.code == 0);
    CHECK(answer.out == "2 streams, 26 events: hash chains, versions, transitions and heads are right\n");
    CHECK(answer.complaints == "");
}

TEST_CASE("an empty log is right") {
    temporary_directory at;
    open_writer(at / "s.db");
    CHECK(verified(at / "s.db").code == 0);
}

TEST_CASE("one changed character in any column of an event is found and named") {
    struct change {
        const char* column;
        const char* to;
    };
    const auto [column, to] = GENERATE(
        change{"seq", "999"}, change{"stream", "replace(stream, 'f4241', 'f4242')"},
        change{"stream", "replace(stream, 'f4241', 'f4251')"}, change{"kind", "'vn'"}, change{"version", "99"},
        change{"version", "8 + 1000"}, change{"type", "'recipe_ran'"}, change{"schema_version", "2"},
        change{"schema_version", "schema_version + 4294967296"}, change{"event_id", "replace(event_id, '7', '6')"},
        change{"at", "at + 1"}, change{"at", "at + 86400000"}, change{"actor", "'engint'"}, change{"command_id", "'x'"},
        change{"data", "replace(data, '5120', '5121')"}, change{"data", "replace(data, ':', ' :')"},
        change{"data", "data || ' '"}, change{"data", "replace(data, '{', '[')"},
        change{"hash", "replace(replace(replace(hash, 'a', 'b'), '0', '1'), '5', '6')"});
    temporary_directory at;
    const std::string path = example(at);
    tamper(path, std::string("UPDATE events SET ") + column + " = " + to + " WHERE seq = 9");
    const auto answer = verified(path);
    INFO(column << " = " << to << "\n" << answer.out);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.complaints, contains("is damaged or was changed"));
    // Moved to another seq or version, the event is missing where it was.
    if (std::string(column) == "seq")
        CHECK_THAT(answer.out, contains("seq 10: seq 9 before it is missing"));
    else if (std::string(column) == "version")
        CHECK_THAT(answer.out,
                   contains("stream " + web1 + " version 10") || contains("stream " + web1 + " version 99"));
    else if (std::string(column) == "stream")
        CHECK_THAT(answer.out, contains("stream " + web1 + " version 10 (seq 10): version 9 is missing"));
    else
        CHECK_THAT(answer.out, contains("stream " + web1 + " version 9 (seq 9): the hash does not fit"));
    CHECK_THAT(answer.out, !contains("stream " + web2 + " version 3 "));  // who is not involved is not accused
}

TEST_CASE("only the culprit is accused, not what follows it") {
    temporary_directory at;
    const std::string path = example(at);
    SECTION("a changed field") {
        tamper(path, "UPDATE events SET at = at + 1 WHERE seq = 3");
    }
    SECTION("a changed hash") {
        tamper(path, "UPDATE events SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 3");
    }
    const auto answer = verified(path);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains("version 3 (seq 3): the hash does not fit") && contains("26 events: 1 problem\n"));
}

TEST_CASE("a rewritten event with a hash made to fit breaks the chain behind it") {
    temporary_directory at;
    const std::string path = example(at);
    auto log = sqlite::reader::open(path).value();
    const auto records = log.read_stream(stream_number(1), 0).value();
    event_record forged = records[8];
    forged.data = "{\"ran\":true,\"exit_code\":7,\"output_bytes\":0,\"output_tail\":\"\",\"duration_ms\":1}";
    forged.hash = chain_hash(records[7].hash, forged);
    tamper(path, "UPDATE events SET data = '" + forged.data + "', hash = '" + forged.hash + "' WHERE seq = 9");
    const auto answer = verified(path);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains("version 10 (seq 10): the hash does not fit"));
}

TEST_CASE("missing events are found wherever they were") {
    temporary_directory at;
    const std::string path = example(at);
    SECTION("in the middle") {
        tamper(path, "DELETE FROM events WHERE seq = 5");
        const auto answer = verified(path);
        CHECK(answer.code == 1);
        CHECK_THAT(answer.out, contains("stream " + web1 + " version 6 (seq 6): version 5 is missing"));
        CHECK_THAT(answer.out, contains("seq 6: seq 5 before it is missing"));
    }
    SECTION("several") {
        tamper(path, "DELETE FROM events WHERE seq IN (5, 6, 7)");
        CHECK_THAT(verified(path).out, contains("version 8 (seq 8): versions 5 to 7 are missing"));
    }
    SECTION("the first") {
        tamper(path, "DELETE FROM events WHERE seq = 14");
        CHECK_THAT(verified(path).out, contains("stream " + web2 + " version 2 (seq 15): version 1 is missing"));
    }
    SECTION("the last") {
        tamper(path, "DELETE FROM events WHERE seq = 26");
        const auto answer = verified(path);
        CHECK(answer.code == 1);
        CHECK_THAT(answer.out,
                   contains("stream " + web2 + ": the head's version is \"13\", the events make it \"12\""));
    }
    SECTION("a whole stream") {
        tamper(path, "DELETE FROM events WHERE seq <= 13");
        const auto answer = verified(path);
        CHECK(answer.code == 1);
        CHECK_THAT(answer.out, contains("stream " + web1 + ": it has a head but no events"));
        CHECK_THAT(answer.out, contains("seq 14: seq 1 to 13 before it are missing"));
    }
    SECTION("a whole stream with its head") {
        tamper(path, "DELETE FROM events WHERE seq <= 13; DELETE FROM streams WHERE stream = '" + web1 + "'");
        CHECK(verified(path).code == 1);
    }
}

TEST_CASE("an event that the table does not allow is found, however well it is hashed") {
    temporary_directory at;
    const std::string path = at / "s.db";
    {
        auto writer = open_writer(path);
        vm_life web(writer, 1, "web1");
        web.requested();
        append_request request = make_request(1, 1);
        request.head = head_of(web.state(), web.stream());
        request.head.version = 2;
        request.events[0].type = "activated";
        request.events[0].data = encode(activated{"192.0.2.1", {}});
        append_one(writer, request).value();
    }
    const auto answer = verified(path);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains("version 2 (seq 2): the event activated is not allowed in the state accepted"));
    CHECK_THAT(answer.out, !contains("hash"));
}

TEST_CASE("an event that this program does not know is reported, not guessed around") {
    temporary_directory at;
    const std::string path = at / "s.db";
    {
        auto writer = open_writer(path);
        vm_life web(writer, 1, "web1");
        web.requested();
        append_request request = make_request(1, 1);
        request.head = head_of(web.state(), web.stream());
        request.head.version = 2;
        request.events[0].type = "teleported";
        append_one(writer, request).value();
        request = make_request(2, 0);
        request.head.kind = "ghost";
        append_one(writer, request).value();
    }
    const auto answer = verified(path);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains("event type \"teleported\" is unknown to this program"));
    CHECK_THAT(answer.out, contains("no machine of the kind \"ghost\""));
}

TEST_CASE("a head that differs from the replay is found, member by member") {
    struct change {
        const char* column;
        const char* to;
        const char* message;
    };
    const auto [column, to, message] = GENERATE(
        change{"kind", "'vn'", "the head's kind is \"vn\""},
        change{"state", "'ssh_ready'", "the head's state is \"ssh_ready\", the events make it \"active\""},
        change{"version", "12", "the head's version is \"12\", the events make it \"13\""},
        change{"owner", "'cli:bob'", "the head's owner is \"cli:bob\", the events make it \"cli:alice\""},
        change{"name", "'web9'", "the head's name"}, change{"provider", "'p'", "the head's provider"},
        change{"key_fingerprint", "''", "the head's key_fingerprint"},
        change{"due_at", "5", "the head's due_at is \"1970-01-01T00:00:00.005Z\", the events make it \"none\""},
        change{"at_rest", "0", "the head's at_rest is \"false\", the events make it \"true\""},
        change{"ended", "1", "the head's ended"},
        change{"hash", "replace(hash, substr(hash, 9, 1), 'x')", "the head's hash"},
        change{"stream", "replace(stream, 'f4241', 'f4251')", "it has a head but no events"});
    temporary_directory at;
    const std::string path = example(at);
    tamper(path, std::string("UPDATE streams SET ") + column + " = " + to + " WHERE stream = '" + web1 + "'");
    const auto answer = verified(path);
    INFO(column << "\n" << answer.out);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains(message));
    CHECK_THAT(answer.out, !contains("stream " + web2));
}

TEST_CASE("a stream without a head is found") {
    temporary_directory at;
    const std::string path = example(at);
    tamper(path, "DELETE FROM streams WHERE stream = '" + web1 + "'");
    CHECK_THAT(verified(path).out, contains("stream " + web1 + ": it has events but no head"));
}

TEST_CASE("problems as JSON say where they are") {
    temporary_directory at;
    const std::string path = example(at);
    tamper(path, "UPDATE events SET actor = 'x' WHERE seq = 9");
    const auto answer = verified(path, true);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out,
               contains("{\"problem\":\"hash_mismatch\",\"stream\":\"" + web1 + "\",\"version\":9,\"seq\":9,"));
    CHECK_THAT(answer.out, contains("{\"streams\":2,\"events\":26,\"problems\":1}"));
}

TEST_CASE("one flipped bit anywhere in an event's bytes on the disk is found") {
    temporary_directory at;
    const std::string path = example(at);
    const std::string whole = text_of_file(path);
    // The row of seq 9 lies in one piece, from its stream's id to its hash; the hash of an event occurs once more, in
    // the head, if it is the last.
    const std::string hash = sqlite::reader::open(path).value().read_all(8, 1).value().at(0).hash;
    const std::size_t end = whole.find(hash) + hash.size();
    const std::size_t begin = whole.rfind(web1, end);
    REQUIRE(begin < end);
    for (std::size_t i = begin; i < end; i += 3) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        std::ofstream(path, std::ios::binary) << damaged << std::flush;
        INFO("byte " << i - begin << " of the row");
        CHECK(verified(path).code == 1);
    }
    std::ofstream(path, std::ios::binary) << whole << std::flush;
    CHECK(verified(path).code == 0);
}

TEST_CASE("a torn page is reported, and what lies beyond it is still read") {
    temporary_directory at;
    const std::string path = at / "s.db";
    {
        auto writer = open_writer(path);
        for (std::uint64_t n = 1; n <= 8; ++n) vm_life(writer, n, "web" + std::to_string(n)).made_active();
    }
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const std::string whole = text_of_file(path);
    auto page_of = [&](const std::string& text) { return whole.find(text) / 4096 * 4096; };
    // The page with the hash of seq 50 is a leaf of the table in its middle (no head has this hash).
    const std::string hash = sqlite::reader::open(path).value().read_all(49, 1).value().at(0).hash;
    file.seekp(static_cast<std::streamoff>(page_of(hash)));
    file << std::string(4096, 'Z') << std::flush;
    const auto answer = verified(path);
    INFO(answer.out);
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains("the records from seq") && contains("cannot be read"));
    CHECK_THAT(answer.out, !contains("stream " + stream_number(1).text + " version"));
    CHECK_THAT(answer.out, !contains("stream " + stream_number(8).text));
}
