// The shared poll under a clock that the test moves, with Hetzner's answers made up.
#include "adapters/hetzner/action_poller.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <map>
#include <set>

using namespace slipway;
using namespace slipway::hetzner;
using namespace std::chrono_literals;
using test::answer;

namespace {

std::vector<std::int64_t> ids_in(const std::string& target) {
    std::vector<std::int64_t> out;
    for (auto at = target.find("id="); at != std::string::npos; at = target.find("id=", at + 3))
        out.push_back(std::stoll(target.substr(at + 3)));
    return out;
}

struct poller_fixture {
    test::fake_clock clock;
    std::map<std::int64_t, std::string> actions;  // id to status; what is not in here Hetzner does not know
    std::function<std::optional<net::http_result>()> trouble = [] { return std::nullopt; };
    std::shared_ptr<test::scripted_http> http =
        std::make_shared<test::scripted_http>(clock, [this](const net::http_request& request) -> net::http_result {
            if (auto wrong = trouble()) return *wrong;
            std::string list;
            for (const auto id : ids_in(request.target))
                if (const auto found = actions.find(id); found != actions.end())
                    list += (list.empty() ? "" : ",") + ("{\"id\":" + std::to_string(id)) +
                            ",\"command\":\"create_server\"" + ",\"status\":\"" + found->second +
                            "\",\"error\":{\"code\":\"action_failed\",\"message\":\"no host for tokentokentoken\"}}";
            return answer(200, "{\"actions\":[" + list + "]}");
        });
    std::shared_ptr<api> project =
        std::make_shared<api>(http, "/v1", secret("tokentokentoken"), static_cast<engine_clock&>(clock));
    std::optional<action_poller> poller{std::in_place, project};
    std::chrono::milliseconds began = clock.steady();

    auto wait(std::vector<std::int64_t> ids) { return test::start(clock, poller->wait(std::move(ids))); }
    // When the polls were made, in seconds since the start.
    std::vector<int> times() const {
        std::vector<int> out;
        for (const auto& one : http->requests) out.push_back(static_cast<int>((one.at - began).count() / 1000));
        return out;
    }
};

}  // namespace

TEST_CASE("a wait ends when all its actions have succeeded") {
    poller_fixture f;
    f.actions = {{1, "running"}, {2, "running"}};
    const auto waiting = f.wait(std::vector<std::int64_t>{1, 2, 2});
    CHECK(f.http->requests.empty());
    f.clock.advance(1s);
    CHECK(f.http->lines() == std::vector<std::string>{"GET /v1/actions?id=1&id=2"});
    f.actions[1] = "success";
    f.clock.advance(2s);
    CHECK_FALSE(waiting->ended);
    f.actions[2] = "success";
    f.clock.advance(3s);
    REQUIRE(waiting->ended);
    CHECK(waiting->value->has_value());
    CHECK(f.http->requests.back().line() == "GET /v1/actions?id=2");  // who has ended is not asked for again
    f.clock.advance(1min);
    CHECK(f.http->requests.size() == 3);
    CHECK(f.clock.sleepers() == 0);
}

TEST_CASE("nothing to wait for is success at once") {
    poller_fixture f;
    const auto waiting = f.wait(std::vector<std::int64_t>());
    REQUIRE(waiting->ended);
    CHECK(waiting->value->has_value());
    CHECK(f.http->requests.empty());
}

TEST_CASE("the pauses grow to five seconds") {
    poller_fixture f;
    f.actions = {{1, "running"}};
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(22s);
    CHECK(f.times() == std::vector<int>{1, 3, 6, 11, 16, 21});
}

TEST_CASE("ten who wait cost as many polls as one") {
    const auto polls = [](int waiters) {
        poller_fixture f;
        std::vector<std::shared_ptr<test::started<cloud_result<void>>>> all;
        for (int i = 0; i < waiters; ++i) {
            f.actions[2 * i + 1] = f.actions[2 * i + 2] = "running";
            all.push_back(f.wait(std::vector<std::int64_t>{2 * i + 1, 2 * i + 2}));
        }
        f.clock.advance(60s);
        for (auto& [id, status] : f.actions) status = "success";
        f.clock.advance(10s);
        for (const auto& one : all) CHECK((one->ended && one->value->has_value()));
        return f.http->requests.size();
    };
    const auto one = polls(1);
    CHECK(one == 14);  // at 1, 3, 6, 11, … 61 s
    CHECK(polls(10) == one);
}

TEST_CASE("many ids take turns: nobody is forgotten, and a request has as many as it can") {
    poller_fixture f;
    std::vector<std::shared_ptr<test::started<cloud_result<void>>>> all;
    const int many = GENERATE(26, 60, 400);
    for (int i = 1; i <= many; ++i) {
        f.actions[i] = "running";
        all.push_back(f.wait(std::vector<std::int64_t>(1, i)));
    }
    f.clock.advance(100s);
    std::map<std::int64_t, std::size_t> asked;
    for (const auto& one : f.http->requests) {
        const auto ids = ids_in(one.request.target);
        CHECK(ids.size() <= 25);
        CHECK(std::set<std::int64_t>(ids.begin(), ids.end()).size() == ids.size());
        for (const auto id : ids) ++asked[id];
    }
    CHECK(asked.size() == static_cast<std::size_t>(many));
    // At 1, 5, 11, 21 … 91 seconds, and a little later for those behind them.
    std::size_t sum = 0;
    for (const auto& [id, times] : asked) {
        CHECK(times >= 10);
        CHECK(times <= 12);
        sum += times;
    }
    CHECK(f.http->requests.size() <= sum / 25 + 30);
    for (auto& [id, status] : f.actions) status = "success";
    f.clock.advance(100s);
    for (const auto& one : all) CHECK(one->ended);
}

TEST_CASE("a thousand that end at once are known to have ended within seconds while the budget is full") {
    poller_fixture f;
    std::vector<std::shared_ptr<test::started<cloud_result<void>>>> all;
    for (int i = 1; i <= 1000; ++i) {
        f.actions[i] = "success";
        all.push_back(f.wait(std::vector<std::int64_t>(1, i)));
    }
    f.clock.advance(5s);
    for (const auto& one : all) CHECK(one->ended);
    CHECK(f.http->requests.size() == 40);
}

TEST_CASE("many who leave before they are asked for do not stop the poll for the many who stay") {
    poller_fixture f;
    std::vector<boost::asio::cancellation_signal> cancel(40);
    for (int i = 1; i <= 40; ++i)
        boost::asio::co_spawn(f.clock.loop, f.poller->wait(std::vector<std::int64_t>(1, i)),
                              boost::asio::bind_cancellation_slot(cancel[static_cast<std::size_t>(i) - 1].slot(),
                                                                  [](std::exception_ptr, cloud_result<void>) {}));
    f.clock.advance(500ms);
    std::vector<std::shared_ptr<test::started<cloud_result<void>>>> stay;
    for (int i = 101; i <= 130; ++i) {
        f.actions[i] = "success";
        stay.push_back(f.wait(std::vector<std::int64_t>(1, i)));
    }
    for (auto& one : cancel) one.emit(boost::asio::cancellation_type::terminal);
    f.clock.settle();
    f.clock.advance(5s);
    for (const auto& one : stay) CHECK(one->ended);
}

TEST_CASE("many do not eat up the budget: the fuller it is the faster they are asked for") {
    poller_fixture f;
    std::vector<std::shared_ptr<test::started<cloud_result<void>>>> all;
    int left = GENERATE(2600, 1700);
    f.trouble = [&] {
        net::http_headers low = test::header("RateLimit-Limit", "3600");
        low.push_back(net::http_header{"RateLimit-Remaining", std::to_string(left)});
        return std::optional<net::http_result>(answer(200, R"({"actions":[]})", std::move(low)));
    };
    for (int i = 1; i <= 1000; ++i) all.push_back(f.wait(std::vector<std::int64_t>(1, i)));
    f.clock.advance(21s);
    const std::vector<int> times = f.times();
    const std::size_t expected = left == 2600 ? 21 : 5;
    CHECK(times.size() >= expected - 1);
    CHECK(times.size() <= expected + 1);
}

TEST_CASE("newcomers do not push aside who waits already") {
    poller_fixture f;
    std::vector<std::shared_ptr<test::started<cloud_result<void>>>> all;
    for (int i = 1; i <= 25; ++i) {
        f.actions[i] = "running";
        all.push_back(f.wait(std::vector<std::int64_t>(1, i)));
    }
    f.clock.advance(1s);
    for (auto& [id, status] : f.actions) status = "success";
    // From now on there are always 25 others who came later.
    for (int id = 100; id < 1100; id += 25) {
        for (int i = id; i < id + 25; ++i) {
            f.actions[i] = "success";
            all.push_back(f.wait(std::vector<std::int64_t>(1, i)));
        }
        f.clock.advance(1s);
    }
    for (std::size_t i = 0; i < 25; ++i) CHECK(all[i]->ended);
}

TEST_CASE("an action that failed ends its own wait alone, with its code and without the token") {
    poller_fixture f;
    f.actions = {{1, "running"}, {2, "error"}, {3, "running"}};
    const auto bad = f.wait(std::vector<std::int64_t>{1, 2});
    const auto good = f.wait(std::vector<std::int64_t>(1, 3));
    f.clock.advance(1s);
    REQUIRE(bad->ended);
    REQUIRE(bad->value->has_error());
    const auto& error = bad->value->error();
    CHECK(error.failure == cloud_failure::action_failed);
    CHECK(error.code == "action_failed");
    CHECK_THAT(error.message, test::contains("create_server"));
    CHECK_THAT(error.message, test::contains("no host for [redacted]"));
    CHECK_FALSE(good->ended);
    f.actions[3] = "success";
    f.clock.advance(5s);
    CHECK((good->ended && good->value->has_value()));
}

TEST_CASE("an action that Hetzner does not know is a bad answer after three polls") {
    poller_fixture f;
    f.actions = {{1, "running"}};
    const auto lost = f.wait(std::vector<std::int64_t>{1, 99});
    f.clock.advance(5s);
    CHECK_FALSE(lost->ended);
    f.clock.advance(1s);
    REQUIRE(lost->ended);
    CHECK(lost->value->error().failure == cloud_failure::bad_answer);
    CHECK_THAT(lost->value->error().message, test::contains("99"));
}

TEST_CASE("an action that was missing once is waited for") {
    poller_fixture f;
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 7));
    f.clock.advance(3s);
    CHECK(f.http->requests.size() == 2);
    f.actions[7] = "running";
    f.clock.advance(3s);
    f.actions.clear();
    f.clock.advance(10s);
    CHECK_FALSE(waiting->ended);
    f.actions[7] = "success";
    f.clock.advance(5s);
    CHECK((waiting->ended && waiting->value->has_value()));
}

TEST_CASE("a poll that fails is not an action that fails: it goes on, more slowly") {
    poller_fixture f;
    const net::http_result wrong = GENERATE(as<net::http_result>{}, test::no_answer(net::http_failure::lost),
                                            test::no_answer(net::http_failure::not_sent), answer(500, ""),
                                            answer(503, "<html>"), answer(403, "{}"), answer(200, "not json"));
    f.actions = {{1, "running"}};
    f.trouble = [&] { return std::optional<net::http_result>(wrong); };
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(240s);
    CHECK(f.times() == std::vector<int>{1, 6, 16, 36, 76, 136, 196});
    CHECK_FALSE(waiting->ended);
    f.trouble = [] { return std::nullopt; };
    f.actions[1] = "success";
    f.clock.advance(60s);
    CHECK((waiting->ended && waiting->value->has_value()));
}

TEST_CASE("a 429 to the poll is waited out") {
    poller_fixture f;
    f.actions = {{1, "success"}};
    int times = 0;
    f.trouble = [&]() -> std::optional<net::http_result> {
        if (++times > 1) return std::nullopt;
        return net::http_result(answer(429, "{}", test::header("Retry-After", "30")));
    };
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(30s);
    CHECK(f.times() == std::vector<int>{1});
    f.clock.advance(2s);
    CHECK(f.times() == std::vector<int>{1, 31});
    CHECK((waiting->ended && waiting->value->has_value()));
}

TEST_CASE("a refused token ends all waits") {
    poller_fixture f;
    const auto first = f.wait(std::vector<std::int64_t>(1, 1));
    const auto second = f.wait(std::vector<std::int64_t>(1, 2));
    f.trouble = [] { return std::optional<net::http_result>(answer(401, R"({"error":{"code":"unauthorized"}})")); };
    f.clock.advance(1s);
    REQUIRE((first->ended && second->ended));
    CHECK(first->value->error().failure == cloud_failure::unauthorized);
    CHECK(second->value->error().failure == cloud_failure::unauthorized);
    f.clock.advance(1min);
    CHECK(f.http->requests.size() == 1);
    CHECK(f.clock.sleepers() == 0);
}

TEST_CASE("a request that Hetzner refuses for good does not wait for ever") {
    poller_fixture f;
    f.trouble = [] { return std::optional<net::http_result>(answer(422, R"({"error":{"code":"invalid_input"}})")); };
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(1min);
    REQUIRE(waiting->ended);
    CHECK(waiting->value->error().failure == cloud_failure::bad_answer);
}

TEST_CASE("who is cancelled leaves; without anybody there is no poll") {
    poller_fixture f;
    f.actions = {{1, "running"}, {2, "running"}};
    boost::asio::cancellation_signal cancel;
    bool aborted = false;
    boost::asio::co_spawn(
        f.clock.loop, f.poller->wait(std::vector<std::int64_t>(1, 1)),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr broken, cloud_result<void>) { aborted = broken != nullptr; }));
    auto other = f.wait(std::vector<std::int64_t>(1, 2));
    f.clock.advance(1s);
    cancel.emit(boost::asio::cancellation_type::terminal);
    f.clock.settle();
    CHECK(aborted);
    f.clock.advance(2s);
    CHECK(f.http->lines() == std::vector<std::string>{"GET /v1/actions?id=1&id=2", "GET /v1/actions?id=2"});
    f.actions[2] = "success";
    f.clock.advance(1min);
    CHECK(other->ended);
    CHECK(f.http->requests.size() == 3);
    CHECK(f.clock.sleepers() == 0);

    // And it begins again for the next one.
    f.actions[3] = "success";
    const auto next = f.wait(std::vector<std::int64_t>(1, 3));
    f.clock.advance(1s);
    CHECK((next->ended && next->value->has_value()));
}

TEST_CASE("a newcomer brings the next poll forward, but never below a second from the last") {
    poller_fixture f;
    f.actions = {{1, "running"}, {2, "running"}};
    const auto old = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(16500ms);  // polled at 1, 3, 6, 11, 16
    const auto fresh = f.wait(std::vector<std::int64_t>(1, 2));
    f.clock.advance(1s);
    REQUIRE(f.http->requests.size() == 6);
    CHECK(f.http->requests.back().at - f.began == 17500ms);
    // A steady stream of them does not make it faster than one a second.
    const auto before = f.http->requests.size();
    std::vector<std::shared_ptr<test::started<cloud_result<void>>>> stream;
    for (int i = 0; i < 100; ++i) {
        stream.push_back(f.wait(std::vector<std::int64_t>(1, 1)));
        f.clock.advance(100ms);
    }
    CHECK(f.http->requests.size() - before <= 10);
}

TEST_CASE("a short budget makes the poll rarer") {
    poller_fixture f;
    f.actions = {{1, "running"}};
    f.trouble = [] {
        net::http_headers low = test::header("RateLimit-Limit", "3600");
        low.push_back(net::http_header{"RateLimit-Remaining", "1000"});
        return std::optional<net::http_result>(
            answer(200, R"({"actions":[{"id":1,"status":"running"}]})", std::move(low)));
    };
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(17s);
    CHECK(f.times() == std::vector<int>{1, 6, 11, 16});
}

TEST_CASE("a wait may outlive the poller and everything around it") {
    poller_fixture f;
    f.actions = {{1, "running"}};
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.poller.reset();
    f.project.reset();
    f.clock.advance(1s);
    f.actions[1] = "success";
    f.clock.advance(5s);
    CHECK((waiting->ended && waiting->value->has_value()));
}

TEST_CASE("a slow answer is not overtaken by the next poll") {
    poller_fixture f;
    f.actions = {{1, "running"}};
    f.http->latency = 20s;
    const auto waiting = f.wait(std::vector<std::int64_t>(1, 1));
    f.clock.advance(50s);
    CHECK(f.times() == std::vector<int>{1, 23, 46});
}
