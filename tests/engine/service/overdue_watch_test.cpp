// What takes longer than usual: one alert, told once, taken back by itself.
#include "engine/runtime/observers.hpp"
#include "engine/service/overdue.hpp"
#include "engine/service/overdue_watch.hpp"
#include "tests/engine/service/fixture.hpp"

#include <chrono>

using namespace slipway;
using namespace slipway::test;
using service::overdue_news;
using service::overdue_watch;

namespace {

constexpr milliseconds default_patience = 5min;

// One daemon's part of it, beside the service.
struct watching {
    watching(service_fixture& f, std::vector<overdue_news>& told) : of(f) {
        auto& ports = f.host.process_ports();
        overdue_watch::parts with{
            ports.log, f.kept, ports.clock, [market = f.market.get()](stream_id stream) { return market->judge(std::move(stream)); },
            [&told](overdue_news news) -> boost::asio::awaitable<result<void>> {
                told.push_back(std::move(news));
                co_return result<void>{};
            }};
        watch = std::make_unique<overdue_watch>(std::move(with), default_patience);
    }
    void look() {
        REQUIRE(of.ask(watch->raise()));
        if (tells) REQUIRE(of.ask(watch->tell()));
    }

    service_fixture& of;
    std::unique_ptr<overdue_watch> watch;
    bool tells = true;
};

struct watched : service_fixture {
    explicit watched(engine_options options = {}) : service_fixture(options) { open(); }

    void open() {
        one = std::make_unique<watching>(*this, told);
        heard = std::make_unique<observers>();
        heard->add(*market);
        heard->add(*one->watch);
        host.also = heard.get();
    }
    // As slipwayd does all the time.
    void pass(milliseconds time) {
        for (milliseconds gone{0}; gone < time; gone += 15s) {
            host.run_for(15s);
            one->look();
        }
    }
    void restart(milliseconds away = 0s) {
        host.also = nullptr;
        heard.reset();
        one.reset();
        host.stop();
        if (away > 0s) host.run_for(away);
        host.start();
        begin();
        open();
    }
    stream_id accepted(const std::string& id) {
        if (!ask(market->provider("acme", from("operator")))) {
            REQUIRE(put_provider("acme"));
            REQUIRE(put_offering("small"));
        }
        const auto contract = accept(id);
        REQUIRE(contract);
        return contract->stream;
    }
    // Hetzner says that it is too much, and goes on saying so.
    void no_servers() {
        faults.otherwise = [](site s) { return s == site::create_server ? fault::rate_limited : fault::none; };
    }
    std::vector<service::overdue_alert> shown() { return ask(market->measure(from("a")))->overdue; }
    service::stream_story story_of(const std::string& id) { return *ask(market->tell("contract", id, 0, from("a"))); }

    std::vector<overdue_news> told;
    std::unique_ptr<watching> one;
    std::unique_ptr<observers> heard;
};

}  // namespace

TEST_CASE("one that hangs raises one alert when its time is over, and is told to go on when it does") {
    watched f;
    f.no_servers();
    const stream_id stream = f.accepted("c-1");
    f.pass(4min);
    CHECK(f.state(stream) == "key_created");
    CHECK(f.told.empty());
    CHECK(f.shown().empty());
    CHECK_FALSE(f.story_of("c-1").overdue_since);
    f.pass(2min);
    REQUIRE(f.told.size() == 1);
    CHECK_FALSE(f.told.front().over);
    CHECK(f.told.front().provider == "acme");
    const service::overdue_alert alert = f.told.front().about.front().alert;
    CHECK(alert.name == "c-1");
    CHECK(alert.state == "key_created");
    const auto story = f.story_of("c-1");
    CHECK(alert.since == story.since);
    CHECK(story.overdue_since == story.since + default_patience);
    CHECK_THAT(story.why.front(), contains("It is overdue since " + to_rfc3339(*story.overdue_since) + ": 5m00s is usual."));
    CHECK(alert.to_do == story.to_do);  // one source
    CHECK_THAT(alert.to_do, contains("request budget"));
    f.pass(30min);
    CHECK(f.told.size() == 1);
    REQUIRE(f.shown().size() == 1);
    CHECK(f.shown().front().state == "key_created");

    f.faults.otherwise = nullptr;
    REQUIRE(f.host.run_until([&] { return f.state(stream) != "key_created"; }, 2h));
    CHECK(f.shown().empty());  // at once
    f.pass(1min);
    REQUIRE(f.told.size() == 2);
    CHECK(f.told.back().over);
    CHECK(f.told.back().about.front().now != "key_created");
    CHECK(f.told.front().id != f.told.back().id);
    CHECK(f.kept.bodies.empty());
    f.pass(1h);
    CHECK(f.state(stream) == "active");
    CHECK(f.told.size() == 2);
    CHECK_FALSE(f.story_of("c-1").overdue_since);
}

TEST_CASE("each state has its own time and its own alert") {
    watched f;
    f.no_servers();
    const stream_id stream = f.accepted("c-1");
    f.pass(6min);
    REQUIRE(f.told.size() == 1);
    f.faults.otherwise = [](site s) { return s == site::delete_key ? fault::locked : fault::none; };
    REQUIRE(f.end(stream));
    f.pass(2min);
    REQUIRE(f.told.size() == 2);  // the first is over
    CHECK(f.told.back().over);
    f.pass(5min);
    REQUIRE(f.told.size() == 3);
    CHECK_FALSE(f.told.back().over);
    CHECK(f.told.back().about.front().now == f.state(stream));
    CHECK(f.told.back().about.front().now != "key_created");
    f.faults.otherwise = nullptr;
    f.pass(10min);
    REQUIRE(f.told.size() == 4);
    CHECK(f.told.back().over);
    CHECK(f.kept.bodies.empty());
}

TEST_CASE("a restart raises nothing twice, and takes back what went on meanwhile") {
    watched f;
    f.no_servers();
    const stream_id stream = f.accepted("c-1");
    f.pass(6min);
    REQUIRE(f.told.size() == 1);
    f.restart();
    f.pass(30min);
    CHECK(f.told.size() == 1);
    CHECK(f.shown().size() == 1);
    f.host.also = nullptr;  // nobody hears how it goes on
    f.faults.otherwise = nullptr;
    REQUIRE(f.host.run_until([&] { return f.state(stream) == "active"; }, 2h));
    f.restart();
    f.pass(1min);
    REQUIRE(f.told.size() == 2);
    CHECK(f.told.back().over);
    CHECK(f.told.back().about.front().now == "active");
}

TEST_CASE("what hung before this process began is seen, when it has had its chance") {
    watched f;
    f.no_servers();
    f.accepted("c-1");
    f.host.run_for(1min);
    f.restart(2h);
    f.pass(1min);
    CHECK(f.told.empty());
    f.pass(3min);
    CHECK(f.told.size() == 1);
}

TEST_CASE("what goes on in its chance after a long absence raises nothing") {
    watched f;
    f.no_servers();
    const stream_id stream = f.accepted("c-1");
    f.host.run_for(1min);
    f.faults.otherwise = nullptr;
    f.restart(2h);
    f.pass(30min);
    CHECK(f.state(stream) == "active");
    CHECK(f.told.empty());
}

TEST_CASE("several daemons raise an alert once, and one of them tells") {
    watched f;
    watching other(f, f.told);
    other.tells = false;
    f.heard->add(*other.watch);
    f.no_servers();
    f.accepted("c-1");
    for (int i = 0; i < 40; ++i) {
        f.pass(15s);
        other.look();
    }
    CHECK(f.told.size() == 1);
    CHECK(f.kept.bodies.size() == 1);
    other.tells = true;  // the first has died
    f.one->tells = false;
    f.pass(1min);
    other.look();
    CHECK(f.told.size() == 1);
}

TEST_CASE("what another process does is seen, too") {
    watched f;
    f.host.also = nullptr;
    f.no_servers();
    f.accepted("c-1");
    f.pass(25min);
    CHECK(f.told.size() == 1);
}

TEST_CASE("a wall clock that jumps raises nothing") {
    for (const auto jump : {2h, -2h}) {
        watched f;
        f.no_servers();
        for (int i = 0; i < 5; ++i) f.accepted("c-" + std::to_string(i));
        f.pass(3min);
        f.u.wall_ahead = std::chrono::duration_cast<milliseconds>(jump).count();
        f.pass(1min);
        CHECK(f.told.empty());
        f.pass(4min);
        std::size_t late = 0;  // now, by any clock; those of one look are told together
        for (const overdue_news& news : f.told) late += news.about.size();
        CHECK(late == 5);
        CHECK(f.told.size() < 5);
    }
}

TEST_CASE("a process that stood still lets its work go on first") {
    watched f;
    f.no_servers();
    const stream_id stream = f.accepted("c-1");
    f.pass(4min);
    f.host.pause(20min);
    f.host.run_for(20min);
    f.pass(30s);  // Hetzner needs a moment yet
    f.faults.otherwise = nullptr;
    f.pass(90s);
    CHECK(f.told.empty());
    f.pass(10min);
    CHECK(f.state(stream) == "active");
    CHECK(f.told.empty());
}

TEST_CASE("contracts that nobody provisions are shown with that as their reason") {
    engine_options options;
    options.hold_contracts = true;
    watched f(options);
    f.accepted("c-1");
    f.provisioning = false;
    f.restart();
    f.pass(10min);
    REQUIRE(f.told.size() == 1);
    const service::overdue_alert& alert = f.told.front().about.front().alert;
    CHECK(alert.state == "accepted");
    CHECK_THAT(alert.why.at(1), contains("HETZNER_PROVISIONING_ENABLED"));
    CHECK_THAT(alert.to_do, contains("HETZNER_PROVISIONING_ENABLED=true"));
}

TEST_CASE("one that is held is shown, and nobody is told again: that was told when it began") {
    watched f;
    f.no_servers();
    const stream_id stream = f.accepted("c-1");
    f.host.run_for(1min);
    service::overdue_alert alert = *f.ask(f.market->judge(stream)).value();
    alert.held = true;
    REQUIRE(f.ask(f.kept.add(service::document_of(alert))));
    f.pass(10min);
    CHECK(f.told.empty());
    CHECK(f.shown().size() == 1);
}

TEST_CASE("a VM that was requested directly is shown, and its requester, who waits for it, is told nothing") {
    watched f;
    f.no_servers();
    f.request(spec_named("web1"));
    f.pass(10min);
    CHECK(f.told.empty());
    REQUIRE(f.shown().size() == 1);
    CHECK(f.shown().front().kind == "vm");
}

TEST_CASE("ten thousand on their way cost nothing while none is late") {
    watched f;
    vm_state state;
    vm_requested e;
    e.spec = spec_named("web1");
    REQUIRE(evolve(state, e));
    std::vector<event_record> records(1);
    records.front().version = 1;
    REQUIRE(f.ask(f.one->watch->raise()));
    for (int i = 0; i < 10'000; ++i) {
        records.front().stream.text = "stream " + std::to_string(i);
        f.one->watch->appended(state, records);
    }
    const int reads = f.calls(site::read_log);
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i) REQUIRE(f.ask(f.one->watch->raise()));
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(f.calls(site::read_log) == reads);
    CHECK(f.one->watch->followed() == 10'000);
    CHECK(took < 2s);  // milliseconds, and sanitizers
}
