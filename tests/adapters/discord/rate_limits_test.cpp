#include "adapters/discord/rate_limits.hpp"
#include "tests/adapters/discord/scripted_discord.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::discord;
using namespace slipway::test;
using nlohmann::json;
using std::chrono::milliseconds;
using reason = rate_limits::reason;

namespace {

milliseconds now{1'000};

rest_request to_channel(const std::string& id) {
    return send_message_request(id, json::object());
}

net::http_response ok(net::http_headers headers = {}) {
    return answer(200, "{}", std::move(headers));
}

}  // namespace

TEST_CASE("one request asks for a limit that nobody knows, and the others wait for its answer") {
    rate_limits limits;
    auto first = limits.enter(to_channel("1"), now);
    auto second = limits.enter(to_channel("1"), now);
    auto elsewhere = limits.enter(to_channel("2"), now);
    CHECK(limits.admit(*first, now).why == reason::none);
    CHECK(limits.admit(*second, now).why == reason::turn);
    CHECK(limits.admit(*elsewhere, now).why == reason::none);  // another channel, another limit
    limits.answered(*first, ok(rate(5, 4, "2")), true, now);
    CHECK(limits.admit(*second, now).why == reason::none);
}

TEST_CASE("as many as the limit has, then nobody until it is reset") {
    rate_limits limits;
    auto first = limits.enter(to_channel("1"), now);
    limits.admit(*first, now);
    limits.answered(*first, ok(rate(3, 2, "0.199")), true, now);
    auto a = limits.enter(to_channel("1"), now), b = limits.enter(to_channel("1"), now),
         c = limits.enter(to_channel("1"), now);
    CHECK(limits.admit(*a, now).why == reason::none);
    CHECK(limits.admit(*b, now).why == reason::none);
    const auto held = limits.admit(*c, now);
    CHECK(held.why == reason::bucket);
    CHECK(held.wait == milliseconds{199});  // a part of a second is one
    // What is under way may arrive after the reset and count there.
    const auto later = now + milliseconds{199};
    CHECK(limits.admit(*c, later).why == reason::none);
    auto d = limits.enter(to_channel("1"), later);
    CHECK(limits.admit(*d, later).why == reason::turn);
    limits.answered(*a, ok(rate(3, 0, "1")), true, later);
    CHECK(limits.admit(*d, later).why == reason::bucket);
}

TEST_CASE("an answer does not know of what is still under way") {
    rate_limits limits;
    auto first = limits.enter(to_channel("1"), now);
    limits.admit(*first, now);
    limits.answered(*first, ok(rate(5, 4, "2")), true, now);
    auto a = limits.enter(to_channel("1"), now), b = limits.enter(to_channel("1"), now),
         c = limits.enter(to_channel("1"), now);
    limits.admit(*a, now);
    limits.admit(*b, now);
    limits.answered(*a, ok(rate(5, 1, "2")), true, now);
    CHECK(limits.admit(*c, now).why == reason::bucket);
}

TEST_CASE("routes share a limit where Discord says so") {
    rate_limits limits;
    const auto edit = edit_message_request("1", "9", json::object());
    auto sent = limits.enter(to_channel("1"), now), edited = limits.enter(edit, now);
    limits.admit(*sent, now);
    limits.admit(*edited, now);
    limits.answered(*sent, ok(rate(5, 4, "2", "same")), true, now);
    limits.answered(*edited, ok(rate(5, 0, "2", "same")), true, now);
    auto next = limits.enter(to_channel("1"), now), elsewhere = limits.enter(to_channel("2"), now);
    CHECK(limits.admit(*next, now).why == reason::bucket);
    CHECK(limits.admit(*elsewhere, now).why == reason::none);
}

TEST_CASE("each interaction has limits of its own, and no place keeps its token") {
    rate_limits limits;
    const auto one = edit_original_request("1", "first token", json::object());
    const auto other = edit_original_request("1", "second token", json::object());
    CHECK(one.major != other.major);
    CHECK(one.major.find("token") == std::string::npos);
    CHECK(one.what() == "PATCH /webhooks/{application}/{token}/messages/@original");
    CHECK(one.major == follow_up_request("1", "first token", json::object()).major);
    auto a = limits.enter(one, now), b = limits.enter(other, now);
    limits.admit(*a, now);
    limits.answered(*a, ok(rate(5, 0, "2")), true, now);
    CHECK(limits.admit(*b, now).why == reason::none);
}

TEST_CASE("the whole bot sends no more than Discord bears in a second; interactions are not counted") {
    rate_limits limits;
    std::vector<std::unique_ptr<rate_limits::turn>> all;
    int sent = 0;
    for (int i = 0; i < 60; ++i) {
        all.push_back(limits.enter(to_channel(std::to_string(i)), now));
        sent += limits.admit(*all.back(), now).why == reason::none ? 1 : 0;
    }
    CHECK(sent == 45);
    CHECK(limits.admit(*all.back(), now).why == reason::everything);
    auto edit = limits.enter(edit_original_request("1", "token", json::object()), now);
    CHECK(limits.admit(*edit, now).why == reason::none);
    CHECK(limits.admit(*all.back(), now + milliseconds{1'001}).why == reason::none);
}

TEST_CASE("who leaves, or gets no answer, holds up nobody") {
    rate_limits limits;
    auto first = limits.enter(to_channel("1"), now), second = limits.enter(to_channel("1"), now),
         third = limits.enter(to_channel("1"), now);
    limits.admit(*first, now);
    SECTION("cancelled while it waited") {
        second.reset();
        first.reset();
        CHECK(limits.admit(*third, now).why == reason::none);
    }
    SECTION("cancelled while it was under way") {
        first.reset();
        CHECK(limits.admit(*third, now).why == reason::turn);
        CHECK(limits.admit(*second, now).why == reason::none);
    }
    SECTION("no answer: it is the first again") {
        limits.again(*first);
        CHECK(limits.admit(*second, now).why == reason::turn);
        CHECK(limits.admit(*first, now).why == reason::none);
    }
}

TEST_CASE("thousands of interactions leave nothing behind that would be wrong for the next one") {
    rate_limits limits;
    auto waiting = limits.enter(to_channel("1"), now);
    limits.admit(*waiting, now);
    for (int i = 0; i < 3000; ++i) {
        auto one = limits.enter(edit_original_request("1", std::to_string(i), json::object()), now);
        REQUIRE(limits.admit(*one, now).why == reason::none);
        limits.answered(*one, ok(rate(5, 4, "1")), true, now);
        now += milliseconds{100};
    }
    auto second = limits.enter(to_channel("1"), now);
    CHECK(limits.admit(*second, now).why == reason::turn);
    limits.answered(*waiting, ok(), true, now);
    CHECK(limits.admit(*second, now).why == reason::none);
}

TEST_CASE("refusals that others have caused, and interactions that are over, do not count") {
    rate_limits limits;
    for (int i = 0; i < 600; ++i) {
        limits.answered_outside(too_many("1", false, "shared"), true, now);
        limits.answered_outside(refused(401, 50027), false, now);
        limits.answered_outside(refused(404, 10062), true, now);
    }
    CHECK(limits.locked_out(now).why == reason::none);
    for (int i = 0; i < 500; ++i) limits.answered_outside(too_many("1"), true, now);
    CHECK(limits.locked_out(now).why == reason::refusals);
    CHECK(limits.locked_out(now + std::chrono::minutes{10}).why == reason::none);
}

TEST_CASE("numbers that are none change nothing") {
    rate_limits limits;
    const net::http_headers odd =
        GENERATE(rate(5, 0, "soon"), rate(5, 0, "-1"), rate(5, 0, "nan"), rate(5, 0, "1e300"), rate(5, 0, ""));
    auto first = limits.enter(to_channel("1"), now), second = limits.enter(to_channel("1"), now);
    limits.admit(*first, now);
    limits.answered(*first, ok(odd), true, now);
    CHECK(limits.admit(*second, now).why == reason::none);
}
