// What is shown: single streams, lists in pages, events for any number of followers, audits, measurements.
#include "tests/engine/service/fixture.hpp"

#include <algorithm>
#include <set>

using namespace slipway;
using namespace slipway::test;

namespace {

std::vector<std::string> names_of(const service::page<service::stream_view>& page) {
    std::vector<std::string> names;
    for (const auto& one : page.items) names.push_back(one.state.data.spec.name);
    return names;
}

service::list_query vms() {
    service::list_query query;
    query.kind = "vm";
    return query;
}

}  // namespace

TEST_CASE("a VM is found by name, by id, and not as a contract") {
    service_fixture f;
    const auto web = f.live(spec_named("web"));
    CHECK(f.ask(f.market->find("vm", "web", f.from("a")))->stream == web);
    CHECK(f.ask(f.market->find("vm", web.text, f.from("a")))->stream == web);
    CHECK(f.ask(f.market->find("contract", web.text, f.from("a"))).error().kind == error_kind::not_found);
    const auto near = f.ask(f.market->find("vm", "wep", f.from("a")));
    REQUIRE_FALSE(near);
    CHECK(near.error().message == "there is no VM wep; did you mean web?");
}

TEST_CASE("a VM whose name a stranger's server has is found by the name that was asked for, and by its own") {
    service_fixture f;
    new_server stranger;
    stranger.name = "web";
    stranger.server_type = "cx23";
    stranger.location = "nbg1";
    REQUIRE(f.u.cloud.create_server(stranger, fault::none));
    const auto web = f.live(spec_named("web"));
    const auto found = f.ask(f.market->find("vm", "web", f.from("a")));
    REQUIRE(found);
    CHECK(found->stream == web);
    CHECK(found->state.data.known_server()->name == "web-2");
    CHECK(f.ask(f.market->find("vm", "web-2", f.from("a")))->stream == web);
    const auto web_two = f.live(spec_named("web-two"));
    CHECK(f.ask(f.market->find("vm", "web-two", f.from("a")))->stream == web_two);
    CHECK(f.ask(f.market->find("vm", "web", f.from("a")))->stream == web);
}

TEST_CASE("of several that had the name the living one is found, else the latest") {
    service_fixture f;
    const auto first = f.live(spec_named("web"));
    REQUIRE(f.end(first));
    REQUIRE(f.host.run_until_at_rest(first));
    const auto second = f.live(spec_named("web"));
    CHECK(f.ask(f.market->find("vm", "web", f.from("a")))->stream == second);
    REQUIRE(f.end(second));
    REQUIRE(f.host.run_until_at_rest(second));
    CHECK(f.ask(f.market->find("vm", "web", f.from("a")))->stream == second);
}

TEST_CASE("a contract whose id looks like a stream's is found by it") {
    service_fixture f;
    const std::string id = "0193b3f0-0000-7000-8000-000000000001";
    const auto contract = f.active_contract(id);
    CHECK(f.ask(f.market->find("contract", id, f.from("a")))->stream == contract.stream);
    CHECK(f.ask(f.market->find("contract", contract.stream.text, f.from("a")))->stream == contract.stream);
}

TEST_CASE("lists are pages, in the order of time, of what was asked for") {
    service_fixture f;
    std::vector<std::string> all;
    for (int i = 0; i < 7; ++i) {
        all.push_back("vm" + std::to_string(i));
        f.live(spec_named(all.back()));
    }
    REQUIRE(f.end(f.ask(f.market->find("vm", "vm3", f.from("a")))->stream));
    f.host.run_for(1h);
    std::vector<std::string> seen;
    service::list_query query = vms();
    query.limit = 3;
    for (;;) {
        const auto page = f.ask(f.market->list(query, f.from("a"))).value();
        const auto names = names_of(page);
        seen.insert(seen.end(), names.begin(), names.end());
        if (page.next.empty()) break;
        CHECK(names.size() == 3);
        query.after = page.next;
    }
    CHECK(seen == all);
    service::list_query ended = vms();
    ended.state = "terminated";
    CHECK(names_of(f.ask(f.market->list(ended, f.from("a"))).value()) == std::vector<std::string>{"vm3"});
    service::list_query living = vms();
    living.live_only = true;
    CHECK(f.ask(f.market->list(living, f.from("a")))->items.size() == 6);
    service::list_query of_alice = vms();
    of_alice.owner = "alice";
    CHECK(f.ask(f.market->list(of_alice, f.from("a")))->items.size() == 7);
    of_alice.owner = "bob";
    CHECK(f.ask(f.market->list(of_alice, f.from("a")))->items.empty());
    service::list_query of_acme = vms();
    of_acme.provider = "acme";
    CHECK(f.ask(f.market->list(of_acme, f.from("a")))->items.empty());
}

TEST_CASE("a list that is asked for again replays nothing, and only what is new afterwards") {
    service_fixture f;
    for (const char* name : {"a", "b", "c"}) f.live(spec_named(name));
    service::view_cache views(f.host.process_ports().log);
    for (const auto& [stream, head] : f.u.log.all_heads()) REQUIRE(f.ask(views.find(stream, head.version)));
    const auto read = views.records_read();
    CHECK(read > 3 * 8);
    for (const auto& [stream, head] : f.u.log.all_heads()) {
        const auto view = f.ask(views.find(stream, head.version)).value();
        CHECK(view.state.data == f.host.state(stream).data);
    }
    CHECK(views.records_read() == read);
    const auto first = f.u.log.all_heads().begin()->first;
    const auto before = f.u.log.all_heads().at(first).version;
    REQUIRE(f.end(first));
    REQUIRE(f.host.run_until_at_rest(first));
    const auto after = f.u.log.all_heads().at(first).version;
    const auto view = f.ask(views.find(first, after)).value();
    CHECK(view.state.in("terminated"));
    CHECK(view.terminated_at == view.changed_at);
    CHECK(views.records_read() == read + after - before);
}

TEST_CASE("the cache is bounded, and what was asked for last stays") {
    service_fixture f;
    for (const char* name : {"a", "b", "c", "d"}) f.live(spec_named(name));
    service::view_cache views(f.host.process_ports().log, 8000);
    std::vector<stream_id> streams;
    for (const auto& [stream, head] : f.u.log.all_heads()) {
        streams.push_back(stream);
        REQUIRE(f.ask(views.find(stream, head.version)));
    }
    CHECK(views.bytes() <= 8000);
    const auto read = views.records_read();
    REQUIRE(f.ask(views.find(streams.back(), 1)));
    CHECK(views.records_read() == read);
    REQUIRE(f.ask(views.find(streams.front(), 1)));
    CHECK(views.records_read() > read);
}

TEST_CASE("any number of listeners hear of every event") {
    service_fixture f;
    struct listener {
        std::uint64_t at = 0;
        std::vector<std::uint64_t> heard;
        bool ended = false;
    };
    std::array<listener, 5> all;
    const auto listen = [&](listener& one) -> boost::asio::awaitable<void> {
        while (one.heard.empty() || one.heard.back() < 20) {
            co_await f.market->events_after(one.at);
            service::events_query query;
            query.after = one.at;
            query.limit = 3;
            auto records = co_await f.market->events(std::move(query), f.from("a"));
            for (const event_record& r : records.value()) one.heard.push_back(r.seq);
            if (!one.heard.empty()) one.at = one.heard.back();
        }
        one.ended = true;
    };
    for (listener& one : all) boost::asio::co_spawn(f.host.loop(), listen(one), [](std::exception_ptr) {});
    f.live(spec_named("web"));
    f.live(spec_named("db"));
    REQUIRE(f.host.run_until(
        [&] { return std::all_of(all.begin(), all.end(), [](const listener& one) { return one.ended; }); }, 1h));
    for (const listener& one : all) {
        for (std::size_t i = 0; i < one.heard.size(); ++i) CHECK(one.heard[i] == i + 1);
    }
}

TEST_CASE("events of one stream alone, behind a position, at most so many") {
    service_fixture f;
    const auto web = f.live(spec_named("web"));
    f.live(spec_named("db"));
    service::events_query query;
    query.stream = web.text;
    query.limit = 1000;
    const auto all = f.ask(f.market->events(query, f.from("a"))).value();
    CHECK(all.size() == f.u.log.all_heads().at(web).version);
    for (const event_record& r : all) CHECK(r.stream == web);
    query.after = all[2].seq;
    query.limit = 2;
    const auto some = f.ask(f.market->events(query, f.from("a"))).value();
    REQUIRE(some.size() == 2);
    CHECK(some.front().seq == all[3].seq);
}

TEST_CASE("an audit finds what nobody needs, writes it down, and is known after a restart") {
    service_fixture f;
    f.active_contract("c-1");
    CHECK_FALSE(f.ask(f.market->last_audit(f.from("a"))).value());
    new_server stray;
    stray.name = "stray";
    stray.server_type = "cx23";
    stray.location = "nbg1";
    stray.labels = {{"managed-by", "slipway"}, {"slipway-install", install}, {"slipway-stream", "gone"}};
    f.expects_violations = true;  // somebody made a server past the log
    const auto made = f.u.cloud.create_server(stray, fault::none);
    REQUIRE(made);
    const auto report = f.ask(f.market->audit(f.from("operator")));
    REQUIRE(report);
    CHECK(report->not_asked.empty());
    const auto found = std::find_if(report->findings.begin(), report->findings.end(),
                                    [&](const auto& one) { return one.about.id == made->server.id; });
    REQUIRE(found != report->findings.end());
    CHECK_THAT(found->about.cost_per_day, contains("EUR net"));
    CHECK_FALSE(found->advice.empty());

    f.begin();
    const auto last = f.ask(f.market->last_audit(f.from("a"))).value();
    REQUIRE(last);
    CHECK(last->findings.size() == report->findings.size());
    CHECK(last->findings.front().advice == report->findings.front().advice);
}

TEST_CASE("a project that cannot be looked into is said, and hides no other") {
    service_fixture f;
    f.active_contract("c-1");
    f.projects->revoked.insert("token-of-acme");
    const auto report = f.ask(f.market->audit(f.from("operator")));
    REQUIRE(report);
    REQUIRE(report->not_asked.size() == 1);
    CHECK_THAT(report->not_asked.front(), contains("acme"));
}

TEST_CASE("what is measured") {
    service_fixture f;
    f.active_contract("c-1");
    f.live(spec_named("web"));
    const auto now = f.ask(f.market->measure(f.from("a"))).value();
    CHECK(now.live.at({"contract", "active"}) == 1);
    CHECK(now.live.at({"vm", "active"}) == 1);
    CHECK(now.log_writable);
    CHECK(now.last_seq > 16);
    REQUIRE(now.projects.size() == 2);
    CHECK(now.projects.front().provider == "acme");
    CHECK(now.projects.front().token_works);
    CHECK(now.appends_fenced == 0);
    f.market->append_fenced(stream_id{"s-1"}, "too late");
    CHECK(f.ask(f.market->measure(f.from("a"))).value().appends_fenced == 1);
    CHECK(f.market->ready().ready);
}

TEST_CASE("a log that cannot be written makes the service not ready until it can") {
    service_fixture f;
    CHECK(f.market->ready().ready);
    f.fail(site::append, 3, fault::unavailable_log);
    const auto web = f.request(spec_named("web"));
    REQUIRE(f.host.run_until([&] { return !f.market->ready().ready; }, 1h));
    CHECK_FALSE(f.market->ready().why.empty());
    REQUIRE(f.host.run_until_at_rest(web));
    CHECK(f.market->ready().ready);
}

TEST_CASE("the catalog of a project, and of one whose provider nobody knows") {
    service_fixture f;
    const auto own = f.ask(f.market->catalog("", f.from("a")));
    REQUIRE(own);
    CHECK(own->offers->server_types.size() == 3);
    CHECK(f.ask(f.market->catalog("nobody", f.from("a"))).error().kind == error_kind::not_found);
}
