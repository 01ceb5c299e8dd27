// Streams are found as people name them, and a damaged log is shown as far as it goes.
#include "engine/base/duration_text.hpp"
#include "tests/tools/slipway-log/support.hpp"

#include "tests/support/catch.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/layout.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace {

auto show(const std::string& stream, std::optional<std::string> when = {}) {
    return [=](auto& on) { return inspection::show(on, stream, when); };
}

auto events(std::optional<std::string> stream = {}) {
    return [=](auto& on) { return inspection::events(on, {stream, 0, {}}); };
}

}  // namespace

TEST_CASE("a stream is found by id, by name, and by either end of its id") {
    temporary_directory at;
    write_example(at / "s.db");
    auto log = sqlite::reader::open(at / "s.db").value();
    const std::string id = stream_number(3).text;
    for (const std::string& what : {id, std::string("web3"), id.substr(0, 13), id.substr(28), std::string("4243")})
        CHECK(inspection::find_stream(log, what).value().text == id);
    const auto none = inspection::find_stream(log, "web9");
    CHECK(none.error().kind == error_kind::not_found);
    CHECK_THAT(none.error().message, contains("there is no stream \"web9\""));
    const auto many = inspection::find_stream(log, "019aa1");
    CHECK(many.error().kind == error_kind::usage);
    CHECK_THAT(many.error().message, contains("could be any of 4 streams") && contains("(web3, key_created)"));
    CHECK_FALSE(inspection::find_stream(log, ""));
}

TEST_CASE("of several streams with one name the live one is meant") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        vm_life old(writer, 1, "web");
        old.made_active();
        old.deleted();
        vm_life(writer, 2, "web").made_active();
    }
    auto log = sqlite::reader::open(at / "s.db").value();
    CHECK(inspection::find_stream(log, "web").value() == stream_number(2));
}

TEST_CASE("show goes back to a version or a time") {
    temporary_directory at;
    write_example(at / "s.db");
    CHECK_THAT(look(at / "s.db", show("web1", "1")).out, contains("vm web1  accepted"));
    CHECK_THAT(look(at / "s.db", show("web1", "2025-11-20T15:46:56Z")).out, contains("vm web1  ssh_ready"));
    const auto early = look(at / "s.db", show("web1", "2024-01-01T00:00:00Z"));
    CHECK(early.code == 3);
    CHECK_THAT(early.complaints, contains("had no events yet"));
    const auto wrong = look(at / "s.db", show("web1", "yesterday"));
    CHECK(wrong.code == 2);
    CHECK_THAT(wrong.complaints, contains("--at takes a version"));
}

TEST_CASE("data that is no JSON any more is shown as it is, and said") {
    temporary_directory at;
    write_example(at / "s.db");
    run_sql(at / "s.db",
            "PRAGMA ignore_check_constraints = ON; UPDATE events SET data = '{\"ran\":tr' || char(27) || '[2J' "
            "WHERE seq = 9");
    const auto human = look(at / "s.db", events());
    CHECK(human.code == 0);
    CHECK_THAT(human.out, contains("(the data of event type recipe_run is not JSON) {\"ran\":tr\\x1b[2J"));
    CHECK_THAT(human.out, contains("\n46 "));  // everything behind it is there
    const auto lines = look(at / "s.db", events("web1"), true);
    std::istringstream in(lines.out);
    int count = 0;
    for (std::string line; std::getline(in, line); ++count) {
        const auto record = nlohmann::json::parse(line);
        if (record["seq"] != 9) {
            CHECK(record["data"].is_object());
            continue;
        }
        CHECK(record["data"] == "{\"ran\":tr\x1b[2J");
        CHECK(record["undecodable"] == "data is not JSON");
    }
    CHECK(count == 13);

    const auto timeline = look(at / "s.db", show("web1"));
    CHECK(timeline.code == 1);
    CHECK_THAT(timeline.out, contains("vm web1  active") && contains("activated") && contains("waits for unknown"));
    CHECK_THAT(timeline.complaints, contains("cannot be replayed from version 9 on") && contains("slipway-log verify"));
}

TEST_CASE("events of types that this program does not know are shown with their data") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        auto request = make_request(1, 0);
        request.head.kind = "ghost";
        request.events[0].type = "ghost_seen";
        REQUIRE(append_one(writer, request));
    }
    CHECK_THAT(look(at / "s.db", events()).out, contains("ghost_seen") && contains("\"attempt\":1"));
    const auto shown = look(at / "s.db", show("web1"));
    CHECK(shown.code == 1);
    CHECK_THAT(shown.out, contains("ghost web1  accepted"));
    CHECK_THAT(shown.complaints, contains("no machine of the kind \"ghost\""));
}

TEST_CASE("a contract is shown, verified and drawn as its own machine") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        vm_life c7(writer, 1, "web1");
        contract_accepted accepted;
        accepted.contract_id = "c-7";
        accepted.offering = "small";
        accepted.owner = "buyer";
        accepted.spec.name = "dc-c7";
        accepted.spec.candidates = {{"cx23", "nbg1", 1}};
        accepted.spec.image = "ubuntu-24.04";
        accepted.expires_at = timestamp{1'863'650'000'000};
        c7.then(0, {accepted});
        c7.made_active_from_request();
    }
    CHECK(look(at / "s.db", [](auto& on) { return inspection::verify(on); }).code == 0);
    const auto shown = look(at / "s.db", show("c-7"));
    CHECK(shown.code == 0);
    CHECK_THAT(shown.out, contains("contract c-7  active  owner buyer  version 13") &&
                              contains("c-7, offering small: dc-c7: cx23 in nbg1") &&
                              contains("waits for a command, or its end at 2029-01-21T"));
    const auto drawn = look(at / "s.db", [](auto& on) {
        return inspection::graph(&on.log, on.out, on.complaints, {"contract", "mermaid", {}});
    });
    CHECK_THAT(drawn.out, contains("state \"active (1)\" as active"));
    run_sql(at / "s.db", "UPDATE events SET kind = 'vm'; UPDATE streams SET kind = 'vm'");
    CHECK_THAT(look(at / "s.db", [](auto& on) { return inspection::verify(on); }).out,
               contains("records are of the kind \"vm\", its first event is of \"contract\""));
}

TEST_CASE("a stream that lost its head is still shown by its id") {
    temporary_directory at;
    write_example(at / "s.db");
    run_sql(at / "s.db", "DELETE FROM streams");
    const auto answer = look(at / "s.db", show(stream_number(1).text));
    CHECK(answer.code == 0);
    CHECK_THAT(answer.out, contains("vm web1  active"));
}

TEST_CASE("behind a torn page the rest is shown, and what is missing is said") {
    temporary_directory at;
    const std::string path = at / "s.db";
    {
        auto writer = open_writer(path);
        // Five events more than whole lives, so that no page ends where one does.
        vm_life before(writer, 9, "web9");
        before.requested();
        before.key_registered();
        before.server_made();
        for (std::uint64_t n = 1; n <= 8; ++n) vm_life(writer, n, "web" + std::to_string(n)).made_active();
    }
    std::string hash;
    {
        auto log = sqlite::reader::open(path).value();
        hash = log.read_all(49, 1).value().at(0).hash;  // of an event in the middle: no head has it
    }
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    file.seekp(static_cast<std::streamoff>(whole.find(hash) / 4096 * 4096));
    file << std::string(4096, 'Z') << std::flush;
    file.close();
    const auto lost = [](const said& answer) {
        CHECK(answer.code == 1);
        CHECK_THAT(answer.complaints, contains("the records from seq ") && contains(" cannot be read: "));
    };
    const auto all = look(path, events());
    lost(all);
    CHECK_THAT(all.out, contains("\n1 ") || contains("1       2025"));
    CHECK_THAT(all.out, contains("\n109 "));
    // Each stream has 13 events, one behind the other, behind the five of web9: some are lost in part, and what is left
    // of them is shown.
    const std::string complaint = all.complaints.substr(all.complaints.find("from seq "));
    std::uint64_t from = 0, to = 0;
    REQUIRE(std::sscanf(complaint.c_str(), "from seq %lu to %lu", &from, &to) == 2);
    int in_part = 0;
    for (std::uint64_t n = 1; n <= 8; ++n) {
        const std::uint64_t first = 5 + (n - 1) * 13 + 1, last = 5 + n * 13;
        const std::uint64_t gone =
            std::min(last, to) < std::max(first, from) ? 0 : std::min(last, to) - std::max(first, from) + 1;
        const std::string name = "web" + std::to_string(n);
        INFO(name);
        const auto some = look(path, events(name));
        CHECK(static_cast<std::uint64_t>(std::count(some.out.begin(), some.out.end(), '\n')) == 13 - gone);
        CHECK(some.code == (gone == 0 ? 0 : 1));
        if (gone == 0) continue;
        lost(some);
        lost(look(path, show(name)));
        if (gone < 13) ++in_part;
    }
    CHECK(in_part > 0);
    lost(look(path, [](auto& on) { return inspection::stats(on); }));
    const auto carried = look(path, [](auto& on) { return inspection::export_log(on); });
    lost(carried);
    CHECK_THAT(carried.out, contains("{\"seq\":109,"));
    const auto checked = look(path, [](auto& on) { return inspection::check(on); });
    CHECK(checked.code == 1);
    CHECK_THAT(checked.out, contains("cannot be read"));
    CHECK_THAT(checked.out, !contains(stream_number(1).text));
    CHECK(look(path, show("web8")).code == 0);
}

TEST_CASE("check names the streams that this program cannot replay") {
    temporary_directory at;
    write_example(at / "s.db");
    run_sql(
        at / "s.db",
        "UPDATE events SET type = 'of_the_future' WHERE seq = 9; UPDATE events SET schema_version = 9 WHERE seq = 35; "
        "UPDATE streams SET definition = 'another' WHERE name = 'web2'");
    const auto check = [](auto& on) { return inspection::check(on); };
    const auto answer = look(at / "s.db", check);
    CHECK(answer.code == 1);
    CHECK_THAT(
        answer.out,
        contains("stream " + stream_number(1).text + ", version 9: event type \"of_the_future\" is unknown") &&
            contains("stream " + stream_number(3).text + ", version 3: ") &&
            contains("4 streams: 2 of them cannot be replayed by this program; 1 were last written with another"));
    CHECK_THAT(look(at / "s.db", check, true).out,
               contains("\"replayed\":false") && contains("{\"streams\":4,\"not_replayed\":2,\"other_definition\":1}"));
    run_sql(at / "s.db", "DELETE FROM streams");  // found by its events alone
    CHECK_THAT(look(at / "s.db", check).out, contains("4 streams: 2 of them"));
}

TEST_CASE("the graph takes only machines and streams that there are") {
    temporary_directory at;
    write_example(at / "s.db");
    const auto graph = [&](const std::string& machine, const std::string& format, std::optional<std::string> stream) {
        return look(at / "s.db", [&](auto& on) {
            return inspection::graph(&on.log, on.out, on.complaints, {machine, format, stream});
        });
    };
    CHECK(graph("ghost", "dot", {}).code == 2);
    CHECK_THAT(graph("ghost", "dot", {}).complaints, contains("It has: vm, contract, audit."));
    CHECK(graph("vm", "dot", "web9").code == 3);
    CHECK_THAT(graph("vm", "dot", {}).out, contains("digraph") && contains("\"active\" [label=\"active (1)\"]"));
    CHECK_THAT(graph("vm", "mermaid", {}).out, contains("stateDiagram-v2\n") &&
                                                   contains("state \"active (1)\" as active\n") &&
                                                   contains("[*] --> accepted\n"));
    CHECK_THAT(graph("vm", "mermaid", "web3").out,
               contains("note right of accepted\n        2025-11-20T17:46:40.000Z, 0.370s\n") &&
                   contains("class accepted visited\n") && contains("class key_created current\n"));
    const auto path = nlohmann::json::parse(graph("vm", "json", "web3").out);
    CHECK(path["path"][0]["state"] == "accepted");
    CHECK(path["path"][1]["state"] == "key_created");
    CHECK(path["path"].size() == 2);
}

TEST_CASE("what others wrote cannot take over the terminal") {
    using inspection::printable;
    CHECK(printable("plain, \xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2") == "plain, \xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2");
    CHECK(printable("\x1b[31m\r\n\t\x7f") == "\\x1b[31m\\x0d\\n\\x09\\x7f");
    CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // a control character of its own
    CHECK(printable("a\xe2\x80\xae" "b") == "a\\u202eb");  // turns what follows around
    CHECK(printable("\xff\xc3 \xe2\x82") == "\\xff\\xc3 \\xe2\\x82");
    CHECK(printable("\xed\xa0\x80\xc0\x80") == "\\xed\\xa0\\x80\\xc0\\x80");
}

TEST_CASE("text is cut at characters, and durations read well") {
    using namespace std::chrono_literals;
    using inspection::cut;
    CHECK(cut("abc", 3) == "abc");
    CHECK(cut("abcd", 3) == "ab…");
    CHECK(cut("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 3) == "\xc3\xa4\xc3\xb6…");
    CHECK(cut("abc", 0) == "");
    CHECK(duration_text(0ms) == "+0.000s");
    CHECK(duration_text(9999ms) == "+9.999s");
    CHECK(duration_text(119'950ms) == "+119.9s");
    CHECK(duration_text(120s) == "+2m00s");
    CHECK(duration_text(2h) == "+2h00m");
    CHECK(duration_text(50h) == "+2d02h");
    CHECK(duration_text(-1500ms) == "-1.500s");
}
