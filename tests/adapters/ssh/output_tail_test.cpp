#include "adapters/ssh/output_tail.hpp"
#include "tests/support/catch.hpp"

using slipway::ssh::text_tail;

TEST_CASE("text that is valid and short stays as it is") {
    CHECK(text_tail("", 10).empty());
    CHECK(text_tail("plain\n", 10) == "plain\n");
    CHECK(text_tail("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10) == "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST_CASE("what is no UTF-8 is replaced, byte by byte") {
    const std::string instead = "\xef\xbf\xbd";
    CHECK(text_tail(std::string("a\0b", 3), 100) == "a" + instead + "b");
    CHECK(text_tail("\xff", 100) == instead);
    CHECK(text_tail("x\xc3", 100) == "x" + instead);
    CHECK(text_tail("\xc0\x80", 100) == instead + instead);                // NUL written longer than needed
    CHECK(text_tail("\xed\xa0\x80", 100) == instead + instead + instead);  // a surrogate
    CHECK(text_tail("\xf4\x90\x80\x80", 100) == instead + instead + instead + instead);
    CHECK(text_tail("a\x80z", 100) == "a" + instead + "z");
}

TEST_CASE("the last bytes are kept, and no character is cut in two") {
    CHECK(text_tail("0123456789", 4) == "6789");
    CHECK(text_tail("ab\xe2\x82\xac", 4) == "b\xe2\x82\xac");
    CHECK(text_tail("ab\xe2\x82\xac", 2).empty());
    CHECK(text_tail("\x82\xac"
                    "cd",
                    4) == "cd");  // cut by who sent it
    const std::string replaced = text_tail(std::string(100, '\xff'), 10);
    CHECK(replaced.size() == 9);
}
