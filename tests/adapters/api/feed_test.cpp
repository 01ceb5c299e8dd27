// The events: as JSON lines, and live.
#include "tests/adapters/api/fixture.hpp"

#include "engine/model/codec.hpp"

using namespace slipway;
using namespace slipway::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string live = "Accept: text/event-stream\r\n";

void request(served_api& api, const std::string& name) {
    const std::string body = json{{"name", name}, {"ssh_pubkey", some_key}}.dump();
    CHECK(api.ask("POST", "/v1/vms", body).status == 202);
}

// The next event of a live feed, comments left out.
json next(raw_client& feed) {
    json out;
    for (;;) {
        const std::string block = feed.until("\n\n");
        const auto at = block.find("id: ");
        if (at == std::string::npos) {
            if (block.empty()) return out;
            continue;
        }
        out["id"] = std::stoi(block.substr(at + 4));
        const auto type = block.find("event: ") + 7;
        out["event"] = block.substr(type, block.find('\n', type) - type);
        const auto data = block.find("data: ") + 6;
        out["data"] = json::parse(block.substr(data, block.find('\n', data) - data));
        return out;
    }
}

}  // namespace

TEST_CASE("events as JSON lines: after, of one stream, so many") {
    served_api api;
    for (const char* name : {"a", "b", "c"}) request(api, name);
    const auto count = [&](const std::string& query) {
        const auto got = api.ask("GET", "/v1/events" + query);
        CHECK(got.headers.at("content-type") == "application/x-ndjson");
        return std::count(got.body.begin(), got.body.end(), '\n');
    };
    CHECK(count("") == 3);
    CHECK(count("?after=1") == 2);
    CHECK(count("?limit=2") == 2);
    CHECK(count("?after=3") == 0);
    CHECK(count("?stream=" + api.house.log[1].stream.text) == 1);
    const auto first = json::parse(api.ask("GET", "/v1/events?limit=1").body);
    CHECK(first["seq"] == 1);
    CHECK(first["data"]["spec"]["name"] == "a");
}

TEST_CASE("a search backwards: the newest first, of a type, of an actor, and how far it has looked") {
    served_api api;
    for (const char* name : {"a", "b", "c"}) request(api, name);
    const auto found = [&](const std::string& query) {
        const auto got = api.ask("GET", "/v1/events" + query);
        REQUIRE(got.status == 200);
        std::string seqs;
        std::size_t begin = 0;
        for (auto end = got.body.find('\n'); end != std::string::npos; begin = end + 1, end = got.body.find('\n', begin))
            seqs += json::parse(got.body.substr(begin, end - begin))["seq"].dump();
        return seqs + " from " + got.headers.at("slipway-searched-from");
    };
    CHECK(found("?before=4") == "321 from 1");
    CHECK(found("?before=3") == "21 from 1");
    CHECK(found("?before=4&limit=2") == "32 from 2");
    CHECK(found("?before=2&limit=2") == "1 from 1");
    CHECK(found("?before=1") == " from 1");
    CHECK(found("?before=4&type=vm_requested&limit=1") == "3 from 3");
    CHECK(found("?before=4&type=activated") == " from 1");
    CHECK(found("?before=4&actor=nobody") == " from 1");
    CHECK(found("?before=4&stream=" + api.house.log[1].stream.text) == "2 from 1");
    CHECK(found("?before=2&stream=" + api.house.log[1].stream.text) == " from 1");
    CHECK(found("?before=30000") == " from 10000");
    for (const char* wrong : {"?before=0", "?before=x", "?before=3&after=1", "?type=activated", "?actor=api"}) {
        INFO(wrong);
        expect_problem(api.ask("GET", std::string("/v1/events") + wrong), 400);
    }
    expect_problem(api.ask("GET", "/v1/events?before=3", {}, "Accept: text/event-stream\r\n"), 400);
}

TEST_CASE("the live feed tells what was, what comes, and goes on from Last-Event-ID") {
    served_api api;
    for (const char* name : {"a", "b", "c"}) request(api, name);
    {
        raw_client feed(api.server->tcp);
        feed.send(http_text("GET", "/v1/events", {}, live));
        const auto head = feed.until("\r\n\r\n");
        CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
        CHECK(head.find("Cache-Control: no-store\r\n") != std::string::npos);
        for (int i = 1; i <= 3; ++i) CHECK(next(feed)["id"] == i);
        request(api, "d");
        const auto fourth = next(feed);
        CHECK(fourth["event"] == "vm_requested");
        CHECK(fourth["data"] == json::parse(api.ask("GET", "/v1/events?after=3").body));
    }
    request(api, "e");
    request(api, "f");
    raw_client feed(api.server->unix_socket);
    feed.send(http_text("GET", "/v1/events?after=1", {}, live + "Last-Event-ID: 4\r\n"));
    CHECK(next(feed)["id"] == 5);
    CHECK(next(feed)["id"] == 6);
    request(api, "g");
    CHECK(next(feed)["id"] == 7);
    expect_problem(api.ask("GET", "/v1/events", {}, live + "Last-Event-ID: x\r\n"), 400);
    expect_problem(api.ask("GET", "/v1/events?limit=1", {}, live), 400);
}

TEST_CASE("a live feed of one stream leaves the others out and does not spin") {
    served_api api;
    request(api, "a");
    request(api, "b");
    raw_client feed(api.server->tcp);
    feed.send(http_text("GET", "/v1/events?stream=" + api.house.log[0].stream.text, {}, live));
    CHECK(next(feed)["id"] == 1);
    for (const char* name : {"c", "d", "e"}) request(api, name);
    api.in_loop([&] { api.house.happens(api.house.view_named("a"), end_requested{"deleted"}); });
    CHECK(next(feed)["id"] == 6);
}

TEST_CASE("a silent feed has a heartbeat, and ends when its reader goes or the log fails") {
    served_api api({}, 20ms);
    {
        raw_client feed(api.server->tcp);
        feed.send(http_text("GET", "/v1/events", {}, live));
        for (int i = 0; i < 3; ++i) CHECK(feed.until(": still here\n\n").ends_with(": still here\n\n"));
        CHECK(api.server->comes_to(2));
    }
    CHECK(api.server->comes_to(1));
    raw_client feed(api.server->tcp);
    feed.send(http_text("GET", "/v1/events", {}, live));
    feed.until(": slipway\n\n");
    api.in_loop([&] { api.house.refusal = service::failure{error_kind::storage, "Gone.", {}}; });
    feed.until("\r\n0\r\n\r\n");
    CHECK(feed.closed());
}
