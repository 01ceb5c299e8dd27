// JSON that is read without the library is JSON to the library, too, and says the same.
#include "engine/base/plain_json.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace slipway;

namespace {

// What was read, written anew: separators are the taker's, so that a member or an item too many or too few shows.
struct retold {
    std::string out;

    void null() { item("null"); }
    void boolean(bool v) { item(v ? "true" : "false"); }
    void integer(std::int64_t v) { item(std::to_string(v)); }
    void text(std::string_view v, bool escaped) { item(quoted(v, escaped)); }
    void key(std::string_view v, bool escaped) {
        item(quoted(v, escaped));
        out += ':';
    }
    void begin_object() { item("{"); }
    void end_object() { out += '}'; }
    void begin_array() { item("["); }
    void end_array() { out += ']'; }

private:
    void item(const std::string& what) {
        if (!out.empty() && std::string_view("{[:").find(out.back()) == std::string_view::npos) out += ',';
        out += what;
    }
    static std::string quoted(std::string_view v, bool escaped) {
        return nlohmann::json(escaped ? unescaped(v) : std::string(v)).dump();
    }
};

}  // namespace

TEST_CASE("what slipway writes is read as the library reads it") {
    for (const std::string text :
         {"{}", "[]", "0", "-1", "true", "null", R"("")", R"({"a":1,"b":[true,false,null],"c":{"d":"e"}})",
          R"({"a":"x\n\t\"\\\/\b\f\r"})", "{\"\xc3\xa4\":\"\xe2\x82\xac\xf0\x9f\x9a\xa2\x7f\"}", R"({"a":1,"a":2})",
          R"([[],{},[{}]])", R"({"":""})", "999999999999999999", "-999999999999999999", R"({"a\"b":"c\\"})"}) {
        INFO(text);
        CHECK(is_plain_json(text));
        retold told;
        CHECK(plain_json(text, told).read());
        CHECK(nlohmann::ordered_json::parse(told.out) == nlohmann::ordered_json::parse(text));
    }
}

TEST_CASE("what is written in another way is left to the library") {
    for (const std::string text : {"{ }", "[1, 2]", " 1", "1 ", "1.5", "1e3", "-0", R"("\u0041")", "9999999999999999999", "{}\n",
                                   "\xef\xbb\xbf{}"}) {
        INFO(text);
        CHECK_FALSE(is_plain_json(text));
    }
    CHECK_FALSE(is_plain_json(std::string(17, '[') + std::string(17, ']')));
    CHECK(is_plain_json(std::string(16, '[') + std::string(16, ']')));
}

TEST_CASE("what is no JSON is not taken for it") {
    using namespace std::string_literals;
    for (const std::string& text :
         {""s, "{"s, "}"s, "["s, "]"s, "{]"s, "[}"s, "[1"s, "[1,]"s, "[,1]"s, "[1 2]"s, "{\"a\"}"s, "{\"a\":}"s, "{\"a\":1,}"s,
          "{,\"a\":1}"s, "{1:2}"s, "{\"a\":1 }x"s, "\""s, "\"a"s, "\"\\\""s, "\"\\x\""s, "\"\\"s, "01"s, "-"s, "--1"s, "1-"s, "1a"s,
          "tru"s, "truee"s, "nul"s, "+1"s, "{}{}"s, "[1]]"s, "\"\n\""s, "\"\0\""s, "{}\0"s, "\0"s, "\"\xff\""s, "\"\xc3\""s,
          "\"\xc0\x80\""s, "\"\xed\xa0\x80\""s, "\"\xf4\x90\x80\x80\""s, "'a'"s, "NaN"s, "{\"a\" 1}"s}) {
        INFO(text);
        CHECK_FALSE(is_plain_json(text));
    }
}
