// The large logs that slipway-log is measured with are logs like any other.
#include "tests/support/catch.hpp"
#include "tests/tools/slipway-log/fill_log.hpp"
#include "tests/tools/slipway-log/support.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("a large log is verified, replayed, counted and listed") {
    temporary_directory at;
    std::uint64_t events = 0;
    {
        auto writer = open_writer(at / "s.db");
        events = fill_log(writer, 9000);
    }
    CHECK(events >= 9000);
    const auto clean = look(at / "s.db", [](auto& on) { return inspection::verify(on); });
    CHECK(clean.code == 0);
    CHECK_THAT(clean.out, contains(std::to_string(events) + " events: hash chains"));
    CHECK(look(at / "s.db", [](auto& on) { return inspection::check(on); }).code == 0);
    const auto counted = look(at / "s.db", [](auto& on) { return inspection::stats(on); });
    CHECK_THAT(counted.out, contains("create_server  server_error") && contains(std::to_string(events) + " events"));
    const auto all = look(at / "s.db", [](auto& on) { return inspection::events(on, {}); });
    CHECK(static_cast<std::uint64_t>(std::count(all.out.begin(), all.out.end(), '\n')) == events);

    // A list of several pages has every stream once, in order, under one line of titles.
    const auto heads = sqlite::reader::open(at / "s.db").value().heads({}).value();
    REQUIRE(heads.size() > 500);
    for (const bool json : {false, true}) {
        const auto listed = look(at / "s.db", [](auto& on) { return inspection::list(on, {}); }, json);
        std::istringstream in(listed.out);
        std::string line;
        if (!json) std::getline(in, line);
        for (const stream_head& head : heads) {
            REQUIRE(std::getline(in, line));
            CHECK(line.find(head.stream.text) == (json ? line.find('"', line.find(':')) + 1 : 0));
        }
        CHECK_FALSE(std::getline(in, line));
    }
}
