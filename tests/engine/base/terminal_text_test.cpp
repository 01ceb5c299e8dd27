#include "engine/base/terminal_text.hpp"
#include "engine/base/utf8.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;

namespace {

const std::string csi = "\xc2\x9b", osc = "\xc2\x9d", turned = "\xe2\x80\xae", tag = "\xf3\xa0\x81\x81";

}  // namespace

TEST_CASE("text of others takes no terminal over and turns nothing around") {
    const std::string text = "a\x1b[31mb" + csi + "2Jc" + osc + "0;title\x07" + turned + "d" + tag + "e\r\x7f\n\tf\x9bg";
    CHECK(without_controls(text) == "a[31mb2Jc0;titlede\n\tf\xef\xbf\xbdg");
    CHECK(with_visible_controls(text) ==
          "a\\x1b[31mb\\xc2\\x9b2Jc\\xc2\\x9d0;title\\x07\\u202ed\\udb40\\udc41e\\x0d\\x7f\\n\\x09f\\x9bg");
    CHECK(json_for_terminal("{\n\t\"a\": \"b" + csi + turned + tag + "\x7f\"}") ==
          "{\n\t\"a\": \"b\\u009b\\u202e\\udb40\\udc41\\u007f\"}");
    const std::string plain = "plain, \xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2";
    CHECK(without_controls(plain) == plain);
    CHECK(with_visible_controls(plain) == plain);
    CHECK(json_for_terminal(plain) == plain);
}

TEST_CASE("no character below U+10FFFF that is a control, turns text or cannot be seen gets through") {
    int harmful = 0;
    for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        std::string one;
        if (code < 0x80)
            one = {static_cast<char>(code)};
        else if (code < 0x800)
            one = {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
        else if (code < 0x10000)
            one = {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
                   static_cast<char>(0x80 | (code & 0x3f))};
        else
            one = {static_cast<char>(0xf0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3f)),
                   static_cast<char>(0x80 | (code >> 6 & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
        if (code_point(one) != code) FAIL("the code point of U+" << std::hex << code);
        const bool stays = without_controls(one) == one;
        if (stays == (is_harmful(code) && code != '\n' && code != '\t')) FAIL("U+" << std::hex << code);
        if (!stays) ++harmful;
    }
    CHECK(harmful == 30 + 33 + 2 + 5 + 5 + 16 + 2 + 128);
}
