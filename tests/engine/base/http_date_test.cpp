#include "engine/base/http_date.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;

TEST_CASE("a date is written as HTTP has it") {
    CHECK(to_http_date(timestamp{784'111'777'000}) == "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's own
    CHECK(to_http_date(timestamp{0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(to_http_date(timestamp{999}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(to_http_date(timestamp{-1}) == "Wed, 31 Dec 1969 23:59:59 GMT");
    CHECK(to_http_date(timestamp{951'825'599'999}) == "Tue, 29 Feb 2000 11:59:59 GMT");
}

TEST_CASE("what was written is read again, to the second") {
    // Steps that fit into no day, week, month or year.
    for (std::int64_t ms = 0; ms < 4'102'444'800'000; ms += 7'654'321'000) {
        const auto text = to_http_date(timestamp{ms + 321});
        CAPTURE(text);
        REQUIRE(text.size() == 29);
        REQUIRE(parse_http_date(text) == timestamp{ms});
    }
}

TEST_CASE("a date of HTTP is read, anything else is not") {
    const auto read = parse_http_date("Fri, 20 Nov 2026 14:46:07 GMT");
    REQUIRE(read.has_value());
    CHECK(to_rfc3339(*read) == "2026-11-20T14:46:07.000Z");
    for (const char* bad :
         {"", "now", "Fri, 20 Nov 2026 14:46:07 UTC", "Fri, 20 Xyz 2026 14:46:07 GMT", "Fri, 2a Nov 2026 14:46:07 GMT",
          "Fri, 40 Nov 2026 14:46:07 GMT", "Friday, 20-Nov-26 14:46:07 GMT", "Fri Nov 20 14:46:07 2026",
          "Sat, 20 Nov 2026 14:46:07 GMT", "Fri, 20 nov 2026 14:46:07 GMT", "Fri; 20 Nov 2026 14:46:07 GMT",
          "Fri, 20 Nov 2026 24:46:07 GMT", "Fri, 20 Nov 2026 14-46-07 GMT", "Fri, 20 Nov 2026 14:46:07 GMT ",
          "Fri, 20 Nov +026 14:46:07 GMT", "Tue, 29 Feb 2026 00:00:00 GMT"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_http_date(bad).has_value());
    }
}
