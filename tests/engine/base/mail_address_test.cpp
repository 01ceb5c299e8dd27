#include "engine/base/mail_address.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;

TEST_CASE("a mail address can stand in an envelope as it is") {
    for (const char* good : {"a@b", "ops+slipway@mail.acme.example", "o'hara_1@acme.example", "a@127.0.0.1"}) {
        CAPTURE(good);
        CHECK(is_mail_address(good));
    }
    for (const char* bad : {"",          "@",       "a@",    "@b",     "a b@c", "a@b@c",         "a@b\r\nRCPT TO:<x@y>",
                            "a@b>",      "<a@b>",   "a,b@c", "a@b..c", "a@b.",  ".a@b",          "a.@b",
                            "a..b@c",    "\"a\"@b", "a@-b",  "a@b-",   "a@b_c", "a@[127.0.0.1]", "\xc3\xbc@b",
                            "a@\xc3\xbc"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_mail_address(bad));
    }
    CHECK_FALSE(is_mail_address(std::string("a@b\0c", 5)));
    CHECK(is_mail_address(std::string(64, 'a') + "@b"));
    CHECK_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
}
