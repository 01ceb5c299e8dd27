// Logs that are exported and imported: the same log comes out, or none.
#include "adapters/composition/store.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tests/support/catch.hpp"
#include "tests/tools/slipway-log/support.hpp"
#include "tools/slipway-log/export_format.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

std::string exported(const std::string& path) {
    const auto answer = look(path, [](auto& on) { return inspection::export_log(on); });
    CHECK(answer.code == 0);
    CHECK(answer.complaints == "");
    return answer.out;
}

said import(const std::string& text, const std::string& path) {
    std::istringstream in(text);
    std::ostringstream out, complaints;
    said answer;
    answer.code = inspection::import_log(in, out, complaints, composition::open_importer({path, false}), false);
    answer.out = out.str();
    answer.complaints = complaints.str();
    return answer;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

void replace(std::string& in, const std::string& what, const std::string& with) {
    const auto at = in.find(what);
    REQUIRE(at != std::string::npos);
    in.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("what was exported and imported is the same log") {
    temporary_directory at;
    write_example(at / "a.db");
    const std::string text = exported(at / "a.db");
    CHECK(lines_of(text).size() == 47);
    const auto answer = import(text, at / "b.db");
    CHECK(answer.complaints == "");
    CHECK(answer.code == 0);
    CHECK(answer.out == "46 events of 4 streams imported into " + (at / "b.db") + "\n");
    CHECK(exported(at / "b.db") == text);
    const auto verify = [](auto& on) { return inspection::verify(on); };
    CHECK(look(at / "b.db", verify).out == look(at / "a.db", verify).out);
    const auto list = [](auto& on) { return inspection::list(on, {}); };
    CHECK(look(at / "b.db", list, true).out == look(at / "a.db", list, true).out);
    {
        auto a = sqlite::reader::open(at / "a.db").value();
        auto b = sqlite::reader::open(at / "b.db").value();
        CHECK(a.install_id() == b.install_id());
        // What happened long ago is news to nobody.
        CHECK(b.on().number("SELECT seq FROM outbox_position").value() == 46);
    }
    // A log that can be gone on with.
    auto writer = open_writer(at / "b.db");
    vm_life(writer, 5, "web5").made_active();
    CHECK(look(at / "b.db", verify).code == 0);
}

TEST_CASE("an import goes into a new log only") {
    temporary_directory at;
    write_example(at / "a.db");
    const std::string text = exported(at / "a.db");
    const auto again = import(text, at / "a.db");
    CHECK(again.code == 4);
    CHECK_THAT(again.complaints, contains("is in use already") && contains("Nothing was imported."));
    CHECK(exported(at / "a.db") == text);
    { open_writer(at / "empty.db"); }
    CHECK(import(text, at / "empty.db").code == 0);
    CHECK(exported(at / "empty.db") == text);
    auto held = open_writer(at / "held.db");
    CHECK(import(text, at / "held.db").code == 4);
}

TEST_CASE("an import that fails names the line and leaves nothing") {
    temporary_directory at;
    write_example(at / "a.db");
    const auto whole = lines_of(exported(at / "a.db"));
    const auto refused = [&](const std::vector<std::string>& lines) {
        const auto answer = import(joined(lines), at / "b.db");
        CHECK(answer.code == 1);
        CHECK(answer.out == "");
        for (const std::string& left : at.files()) CHECK_FALSE(left.starts_with("b.db"));
        return answer.complaints;
    };
    const auto changed = [&](std::size_t line, const std::string& what, const std::string& with) {
        auto lines = whole;
        replace(lines[line - 1], what, with);
        return refused(lines);
    };
    CHECK_THAT(changed(10, "exit_code\":0", "exit_code\":1"),
               contains("line 10: stream 019aa1ca-96c1-7000-8000-0000000f4241, version 9: the hash does not fit"));
    CHECK_THAT(changed(7, "\"engine\"", "\"nobody\""), contains("line 7: ") && contains("the hash does not fit"));
    CHECK_THAT(changed(5, "{\"seq\":4,", "{\"seq\":4;"), contains("line 5: it is not JSON."));
    CHECK_THAT(changed(5, "\"event_id\"", "\"event\""), contains("line 5: \"event_id\" is missing"));
    CHECK_THAT(changed(5, "\"data\":", "\"date\":"), contains("line 5: \"data\" is missing"));
    CHECK_THAT(changed(5, "\"seq\":4", "\"seq\":5"), contains("line 5: seq 4 is missing, it has 5."));
    CHECK_THAT(changed(1, "slipway_export", "slipway_import"), contains("line 1: it is not the header"));
    CHECK_THAT(changed(1, "\"slipway_export\":1", "\"slipway_export\":2"), contains("use a newer slipway"));
    CHECK_THAT(refused({}), contains("the input is empty"));
    auto lines = whole;
    lines.erase(lines.begin() + 20);
    CHECK_THAT(refused(lines), contains("line 21: seq 20 is missing"));
    lines = whole;
    lines.pop_back();
    CHECK_THAT(refused(lines), contains("ends after line 46: it has 45 of 46 events."));
    lines = whole;
    lines.insert(lines.begin() + 9, "");
    CHECK_THAT(refused(lines), contains("line 10: it is not JSON."));
    lines = whole;
    lines[10] += std::string("\0\"", 2);
    CHECK_THAT(refused(lines), contains("line 11: it is not JSON."));
    lines = whole;
    replace(lines[1], ",\"data\":{", ",\"date\":{");
    lines[1] += std::string("\0\"", 2);
    CHECK_THAT(refused(lines), contains("line 2: it is not JSON."));
    lines = whole;
    lines.back() = lines.back().substr(0, 200);
    CHECK_THAT(refused(lines), contains("line 47: it is not JSON."));
}

TEST_CASE("a log whose events are no life is not imported, however right its hashes are") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "a.db");
        REQUIRE(append_one(writer, make_request(1, 0)));
    }
    const auto answer = import(exported(at / "a.db"), at / "b.db");
    CHECK(answer.code == 1);
    CHECK_THAT(answer.complaints, contains(stream_number(1).text) && contains("version 1"));
    CHECK_FALSE(std::filesystem::exists(at / "b.db"));
}

TEST_CASE("what is repeated of an export cannot take the terminal over") {
    temporary_directory at;
    write_example(at / "a.db");
    auto lines = lines_of(exported(at / "a.db"));
    event_record odd = inspection::export_format::read_line(lines[1]).value();
    odd.stream.text = "s\x1b[2J\n";
    odd.type = "ssh_ready\x1b]0;";
    odd.hash = chain_hash(first_previous_hash, odd);
    lines = {lines[0], inspection::export_format::line_of(odd)};
    replace(lines[0], "\"events\":46", "\"events\":1");
    const auto answer = import(joined(lines), at / "b.db");
    CHECK(answer.code == 1);
    CHECK_THAT(answer.complaints, contains("stream s\\x1b[2J\\n, version 1: ") && contains("Nothing was imported.\n"));
    CHECK(answer.complaints.find('\x1b') == std::string::npos);
    CHECK(answer.complaints.find('\n') == answer.complaints.size() - 1);
}

TEST_CASE("every byte of the data is carried, and what JSON cannot carry is said") {
    using namespace inspection::export_format;
    event_record r;
    r.seq = 3;
    r.stream.text = "s";
    r.kind = "vm";
    r.version = 1;
    r.type = "t";
    r.event_id = "e";
    r.hash = "h";
    for (const char* data : {"{}", R"({"data":{"a":[1,{"data":2}]}})", R"({"a" : 1.00, "b":1e2 ,"c":"\u00e4\"},{"})",
                             "{\n\"a\":1}", R"({"hash":"x","seq":9})", "{\"\xc3\xa4\":\"\xe2\x82\xac\"}"}) {
        r.data = data;
        const std::string line = line_of(r);
        CHECK(line.find('\n') == std::string::npos);
        const auto back = read_line(line);
        INFO(line);
        REQUIRE(back);
        CHECK(back->data == data);
        CHECK(hash_input(*back) == hash_input(r));
        for (const char* type : {"t", "recipe_run"}) {  // one that is unknown, one that is known
            r.type = type;
            std::string appended;
            CHECK(append_line(appended, r));
            const auto plain = read_line(std::string_view(appended).substr(0, appended.size() - 1));
            REQUIRE(plain);
            CHECK(plain->data == data);
            CHECK(hash_input(*plain) == hash_input(r));
        }
    }
    std::string plain;
    r.data = "{}";
    r.command_id = "request-1";
    CHECK(append_line(plain, r));
    CHECK(plain == R"({"seq":3,"stream":"s","kind":"vm","version":1,"type":"recipe_run","schema_version":1,"event_id":"e",)"
                   R"("at":"1970-01-01T00:00:00.000Z","actor":"","command_id":"request-1","data":{},"hash":"h"})" "\n");
    for (const std::string odd : {"\xff", "\xc3\xa4", "a\"b", "a\\b", "\n"}) {  // not plain: the library's work
        r.actor = odd;
        std::string line;
        CHECK(append_line(line, r) == (odd != "\xff"));
        CHECK(line == line_of(r) + "\n");
    }
    r.actor = "a";
    for (const std::int64_t ms : {std::int64_t{-62'167'219'200'001}, std::int64_t{253'402'300'800'000}}) {
        r.at.ms = ms;  // a year that cannot be read again
        std::string line;
        CHECK_FALSE(append_line(line, r));
    }
    temporary_directory at;
    write_example(at / "a.db");
    run_sql(at / "a.db", "UPDATE events SET actor = CAST(x'ff' AS TEXT) WHERE seq = 2");
    const auto answer = look(at / "a.db", [](auto& on) { return inspection::export_log(on); });
    CHECK(answer.code == 1);
    CHECK_THAT(answer.complaints, contains("the record at seq 2 holds what JSON cannot"));
    CHECK(lines_of(answer.out).size() == 47);
}
