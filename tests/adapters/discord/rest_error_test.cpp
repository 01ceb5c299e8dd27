#include "adapters/discord/rest_error.hpp"
#include "tests/adapters/discord/scripted_discord.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using std::chrono::milliseconds;

TEST_CASE("refusals are sorted by what is to be done about them") {
    struct row {
        int status, code;
        rest_failure failure;
    };
    for (const row& given : {
             row{401, 0, rest_failure::unauthorized},
             row{401, 50027, rest_failure::expired},
             row{404, 10015, rest_failure::expired},
             row{404, 10062, rest_failure::unknown_interaction},
             row{400, 40060, rest_failure::already_acknowledged},
             row{404, 10008, rest_failure::unknown_message},
             row{403, 50001, rest_failure::forbidden},
             row{403, 50013, rest_failure::forbidden},
             row{403, 50007, rest_failure::forbidden},
             row{400, 50007, rest_failure::forbidden},
             row{403, 0, rest_failure::forbidden},
             row{400, 50035, rest_failure::invalid},
             row{400, 30034, rest_failure::invalid},
             row{404, 0, rest_failure::invalid},
             row{413, 0, rest_failure::invalid},
             row{429, 0, rest_failure::rate_limited},
             row{500, 0, rest_failure::server_error},
             row{503, 130000, rest_failure::server_error},
             row{524, 0, rest_failure::server_error},
             row{302, 0, rest_failure::server_error},
         }) {
        CAPTURE(given.status, given.code);
        const auto error = read_refusal(refused(given.status, given.code), "GET /x", bot_token, "");
        CHECK(error.failure == given.failure);
        CHECK(error.status == given.status);
        CHECK(error.code == given.code);
        CHECK_THAT(error.message, contains("Discord answered GET /x with " + std::to_string(given.status)));
    }
    // Without the bot's token there is only the interaction's that can be wrong.
    CHECK(read_refusal(refused(401, 0), "GET /x", bot_token, "token").failure == rest_failure::expired);
}

TEST_CASE("a form that is wrong says where") {
    const auto error = read_refusal(
        answer(400, R"({"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"title":{"_errors":
            [{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 256 or fewer in length."}]}}}}})"),
        "POST /x", bot_token, "");
    CHECK(error.message ==
          "Discord answered POST /x with 400: Invalid Form Body (embeds.0.title: Must be 256 or fewer in length.) "
          "[50035].");
}

TEST_CASE("answers of any shape are sorted, and their texts are made harmless") {
    std::string deep = R"({"errors":)";
    for (int i = 0; i < 10'000; ++i) deep += R"({"a":)";
    deep += "1" + std::string(10'001, '}');
    for (const std::string& body :
         {std::string(), std::string("<html>"), std::string("[]"), std::string(R"({"code":"x","message":7})"),
          std::string(R"({"code":99999999999999999999,"errors":[1]})"),
          std::string(R"({"errors":{"_errors":[1,{"message":2}]}})"), std::string("\xff\xfe"), deep}) {
        const auto error = read_refusal(answer(400, body), "GET /x", bot_token, "");
        CHECK(error.failure == rest_failure::invalid);
        CHECK_THAT(error.message, contains("GET /x"));
    }
    const auto error =
        read_refusal(refused(400, 0, "a\\u001b[2J\\n\\u202e" + std::string(5'000, 'x')), "GET /x", "", "");
    CHECK(error.message.size() < 400);
    CHECK(error.message.find('\x1b') == std::string::npos);
    CHECK(error.message.find('\n') == std::string::npos);
}

TEST_CASE("a token is taken out before a text is cut") {
    const std::string before(280, 'x');
    const auto text = harmless_text(before + interaction_token, bot_token, interaction_token);
    CHECK(text.find(interaction_token.substr(0, 12)) == std::string::npos);
}

TEST_CASE("how long a 429 lasts, and for whom") {
    auto pause = read_pause(too_many("64.57"));
    CHECK(pause.wait == milliseconds{64'570});
    CHECK_FALSE(pause.everything);
    CHECK_FALSE(pause.shared);
    CHECK_FALSE(pause.banned);
    CHECK(read_pause(too_many("1", true)).everything);
    CHECK(read_pause(too_many("1", false, "shared")).shared);

    net::http_response by_header = answer(429, "{}", header("Via", "1.1 google"));
    CHECK(read_pause(by_header).wait == milliseconds{5'000});
    by_header.headers.push_back({"Retry-After", "7"});
    CHECK(read_pause(by_header).wait == milliseconds{7'000});
    by_header.headers.push_back({"X-RateLimit-Global", "true"});
    CHECK(read_pause(by_header).everything);

    // Nothing that it says makes us wait for ever, or not at all in front of a ban.
    CHECK(read_pause(too_many("1e300")).wait == milliseconds{24 * 3'600'000});
    CHECK(read_pause(too_many("-5")).wait == milliseconds{5'000});
    CHECK(read_pause(answer(429, "<html>")).wait == milliseconds{600'000});
    CHECK(read_pause(answer(429, "<html>", header("Retry-After", "1"))).wait == milliseconds{60'000});
    CHECK(read_pause(answer(429, "<html>", header("Retry-After", "900"))).wait == milliseconds{900'000});
    CHECK(read_pause(answer(429, "<html>")).banned);
}
