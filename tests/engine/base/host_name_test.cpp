#include "engine/base/host_name.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using test::contains;

TEST_CASE("a VM may be called what Hetzner and Linux take for a host's name") {
    for (const char* good : {"a", "7", "web1", "web-1", "0-0", "xn--bcher-kva", "Web1", "web.example.com", "1.2.3.x", "1.2.3"}) {
        CAPTURE(good);
        CHECK(is_server_name(good));
        CHECK(check_server_name(good).has_value());
    }
    CHECK(is_server_name(std::string(63, 'a')));
    for (const char* bad : {"", "-", "-a", "a-", "a.", ".a", "a..b", "a.-b", "a-.b", "1.2.3.4", "a_b", "a b", "b\xc3\xbc", "a\n"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_server_name(bad));
        CHECK(check_server_name(bad).has_error());
    }
    CHECK_FALSE(is_server_name(std::string(64, 'a')));
    CHECK_FALSE(is_server_name("a." + std::string(62, 'a')));
    CHECK_FALSE(is_server_name(std::string_view("a\0b", 3)));
}

TEST_CASE("what is wrong with a VM's name is said, with the rule") {
    const auto why = [](const std::string& name) {
        const auto checked = check_server_name(name);
        REQUIRE(checked.has_error());
        CHECK(checked.error().kind == error_kind::usage);
        CHECK_THAT(checked.error().message, contains("1 to 63 letters, digits and \"-\""));
        return checked.error().message;
    };
    CHECK_THAT(why("web_1"), contains("(\"_\")"));
    CHECK_THAT(why("web 1"), contains("a blank or a letter with an accent"));
    CHECK_THAT(why("b\xc3\xbc"), contains("a blank or a letter with an accent"));
    CHECK_THAT(why(""), contains("(0 characters)"));
    CHECK_THAT(why(std::string(64, 'a')), contains("(64 characters)"));
    CHECK_THAT(why("-web"), contains("\"-web\" is no host name: "));
}

TEST_CASE("a host's name is labels with dots between them") {
    for (const char* good : {"localhost", "api.hetzner.cloud", "API.Hetzner.Cloud", "127.0.0.1", "a-b.c", "1a.2b"}) {
        CAPTURE(good);
        CHECK(is_host_name(good));
    }
    const std::string label(63, 'a');
    CHECK(is_host_name(label + "." + label + "." + label + "." + std::string(61, 'a')));  // 253
    CHECK_FALSE(is_host_name(label + "." + label + "." + label + "." + std::string(62, 'a')));
    CHECK_FALSE(is_host_name(label + "a.b"));
    for (const char* bad :
         {"", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a.b-", "a_b", "a b", "[::1]", "a/b", "\xc3\xbc"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_host_name(bad));
    }
    CHECK_FALSE(is_host_name(std::string_view("a\0b", 3)));
}
