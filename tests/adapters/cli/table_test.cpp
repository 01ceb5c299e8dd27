// Tables and cells.
#include "adapters/cli/table.hpp"
#include "adapters/cli/answer_text.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::cli;
using nlohmann::ordered_json;
using slipway::test::contains;

TEST_CASE("columns are as wide as their widest cell, counted in characters") {
    CHECK(text_table({{"A", "B"}, {"übergröße", "x"}, {"y", ""}}) == "A          B\nübergröße  x\ny\n");
    CHECK(text_table({}).empty());
}

TEST_CASE("a cell is one line, of a bounded length, without control characters") {
    CHECK(cell("plain") == "plain");
    CHECK(cell("two\nlines") == "two lines");
    CHECK(cell("\x1b[2Jbell\a") == "[2Jbell");
    CHECK(cell("üüüü", 4) == "üüüü");
    CHECK(cell("üüüüü", 4) == "üüü…");
    CHECK(cell("").empty());
}

TEST_CASE("ages grow coarser") {
    const timestamp then{1'000'000};
    using namespace std::chrono_literals;
    CHECK(age_since(then, then + 59s) == "now");
    CHECK(age_since(then, then + 119min) == "119 min");
    CHECK(age_since(then, then + 2h) == "2 h");
    CHECK(age_since(then, then + 72h) == "3 d");
}

TEST_CASE("answers with holes are shown as far as they go") {
    const auto odd = ordered_json::parse(R"([{}, 7, null, {"id":5,"state":null}])");
    CHECK_NOTHROW(contract_table(odd, timestamp{}));
    CHECK_NOTHROW(offering_table(odd));
    CHECK_NOTHROW(vm_table(odd, timestamp{}));
    CHECK_NOTHROW(audit_table(odd));
    for (const char* part : {"locations", "server_types", "images", "networks", "ssh_keys", "firewalls"})
        CHECK_NOTHROW(catalog_table(part, odd, "EUR"));
    for (const auto& one : odd) {
        CHECK_NOTHROW(contract_details(one));
        CHECK_NOTHROW(provider_details(one));
        CHECK_NOTHROW(offering_details(one));
    }
}

TEST_CASE("a finding's advice stands below its row") {
    const auto found = ordered_json::parse(
        R"([{"what":"orphan","id":1,"name":"a","advice":"First."},{"what":"vanished","id":2,"name":"b","advice":"Second."}])");
    const std::string text = audit_table(found);
    CHECK(text.find("First.") < text.find("vanished"));
    CHECK(text.find("Second.") > text.find("vanished"));
}

TEST_CASE("a type's price is that of its cheapest place; places that are sold out stand in parentheses") {
    const auto types = ordered_json::parse(
        R"([{"name":"cx23","cores":2,"memory_gb":4.0,"disk_gb":40,"architecture":"x86","locations":[
            {"location":"nbg1","available":true,"hourly_net":"0.0096","monthly_net":"5.99"},
            {"location":"fsn1","available":false,"hourly_net":"0.0088","monthly_net":"5.49"}]}])");
    const std::string text = catalog_table("server_types", types, "EUR");
    CHECK_THAT(text, contains("0.0088"));
    CHECK_THAT(text, contains("5.49"));
    CHECK_THAT(text, contains("nbg1,(fsn1)"));
}
