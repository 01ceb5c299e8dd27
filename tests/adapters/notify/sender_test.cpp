#include "adapters/notify/sender.hpp"
#include "tests/adapters/notify/memory.hpp"
#include "tests/adapters/notify/scripted_channel.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

struct post_office {
    fake_clock clock;
    memory_outbox box;
    deliveries email, telegram;
    std::vector<std::string> lines;
    const std::chrono::milliseconds began = clock.steady();

    std::unique_ptr<sender> make(const std::string& name, deliveries& record) {
        return std::make_unique<sender>(clock, box, std::make_unique<scripted_channel>(clock, name, record),
                                        [this](const std::string& line) { lines.push_back(line); });
    }
    void put(const std::string& event, const std::string& channel) {
        outgoing m;
        m.event_id = event;
        m.channel = channel;
        m.recipient = "to";
        m.subject = "subject";
        m.created_at = m.due_at = clock.now();
        box.entries.push_back({m, {}});
    }
    std::string note(const std::string& event, const std::string& channel) { return box.find(event, channel)->note; }
};

}  // namespace

TEST_CASE("what is in the outbox is sent in order and taken out") {
    post_office o;
    o.put("e1", "email");
    o.put("e2", "telegram");
    o.put("e3", "email");
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(1s);
    REQUIRE(o.email.all.size() == 2);
    CHECK(o.email.all[0].message.event_id == "e1");
    CHECK(o.email.all[1].message.event_id == "e3");
    CHECK(o.note("e1", "email") == "sent: 250 ok");
    CHECK(o.note("e2", "telegram").empty());
    o.put("e4", "email");
    mail->wake();
    o.clock.advance(1s);
    CHECK(o.email.all.size() == 3);
    o.put("e5", "email");  // nobody says so
    o.clock.advance(61s);
    CHECK(o.email.all.size() == 4);
    CHECK(o.lines.empty());
}

TEST_CASE("the pauses between attempts grow, and after three days it is given up") {
    post_office o;
    o.email.answer = [](const outgoing&) { return not_now(); };
    o.put("e1", "email");
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(24h * 5);
    std::vector<std::chrono::milliseconds> expected{0s, 30s, 150s, 750s, 4350s};
    while (expected.back() + 6h <= 72h) expected.push_back(expected.back() + 6h);
    const auto times = o.email.times(o.began);
    REQUIRE(times.size() == expected.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
        CHECK(times[i] >= expected[i]);
        CHECK(times[i] < expected[i] + 1s);
    }
    CHECK(o.note("e1", "email") == "given up after " + std::to_string(expected.size()) + " attempts: 451 later");
    CHECK_THAT(o.lines.back(), contains("given up"));
    CHECK_THAT(o.lines.back(), contains("e1"));
}

TEST_CASE("a message that lay for a week while nothing ran is still tried") {
    post_office o;
    o.email.answer = [](const outgoing&) { return not_now(); };
    o.put("e1", "email");
    o.clock.advance(24h * 7);
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(10min);
    CHECK(o.email.all.size() == 3);
    o.email.answer = nullptr;
    o.clock.advance(10min);
    CHECK(o.note("e1", "email") == "sent: 250 ok");
}

TEST_CASE("what is refused for good is not tried again") {
    post_office o;
    o.email.answer = [](const outgoing&) { return refused(); };
    o.put("e1", "email");
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(24h);
    CHECK(o.email.all.size() == 1);
    CHECK(o.note("e1", "email") == "refused: 550 no such user");
    REQUIRE(o.lines.size() == 1);
    CHECK_THAT(o.lines[0], contains("550 no such user"));
}

TEST_CASE("a dead channel with a thousand messages does not hold up the living one") {
    post_office o;
    o.email.answer = [](const outgoing&) { return not_now(); };
    o.email.latency = 60s;  // it hangs to its deadline
    for (int i = 0; i < 1000; ++i) o.put("e" + std::to_string(i), "email");
    o.put("last", "telegram");
    const auto mail = o.make("email", o.email);
    const auto chat = o.make("telegram", o.telegram);
    service_run run(o.clock, mail->run()), other(o.clock, chat->run());
    o.clock.advance(1s);
    REQUIRE(o.telegram.all.size() == 1);
    CHECK(o.note("last", "telegram") == "sent: 250 ok");
    CHECK(o.email.all.size() == 1);
}

TEST_CASE("who asks for quiet gets it, and it is no failed attempt") {
    post_office o;
    bool first = true;
    o.telegram.answer = [&](const outgoing&) {
        delivery wait = not_now();
        wait.wait = 17s;
        return std::exchange(first, false) ? wait : taken();
    };
    o.put("e1", "telegram");
    o.put("e2", "telegram");
    const auto chat = o.make("telegram", o.telegram);
    service_run run(o.clock, chat->run());
    o.clock.advance(16s);
    CHECK(o.telegram.all.size() == 1);
    CHECK(o.box.find("e1", "telegram")->message.attempts == 0);
    o.clock.advance(2s);
    CHECK(o.telegram.all.size() == 3);
    CHECK(o.box.not_done().empty());
}

TEST_CASE("a process that ends between sending and writing it down sends the same again, once") {
    post_office o;
    o.put("e1", "email");
    {
        const auto mail = o.make("email", o.email);
        o.email.answer = [&](const outgoing&) {
            o.box.broken = true;
            return taken();
        };
        service_run run(o.clock, mail->run());
        o.clock.advance(1s);
    }
    o.box.broken = false;
    o.email.answer = nullptr;
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(24h);
    REQUIRE(o.email.all.size() == 2);
    CHECK(o.email.all[0].message == o.email.all[1].message);  // thereby the same Message-ID
    CHECK(o.note("e1", "email") == "sent: 250 ok");
}

TEST_CASE("an outbox that cannot be written makes no second delivery") {
    post_office o;
    o.put("e1", "email");
    o.put("e2", "email");
    o.email.answer = [&](const outgoing&) {
        o.box.broken = true;
        return taken();
    };
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(5min);
    CHECK(o.email.all.size() == 1);
    REQUIRE(o.lines.size() == 1);
    CHECK_THAT(o.lines[0], contains("the disk is full"));
    o.box.broken = false;
    o.email.answer = nullptr;
    o.clock.advance(2min);
    CHECK(o.email.all.size() == 2);
    CHECK(o.note("e1", "email") == "sent: 250 ok");
    CHECK(o.box.not_done().empty());
}

TEST_CASE("a pause that could not be written down is kept all the same") {
    post_office o;
    o.put("e1", "email");
    o.email.answer = [&](const outgoing&) {
        o.box.broken = true;
        return not_now();
    };
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(1s);
    o.box.broken = false;
    o.email.answer = nullptr;
    mail->wake();
    o.clock.advance(25s);
    CHECK(o.email.all.size() == 1);
    CHECK(o.box.find("e1", "email")->message.attempts == 1);
    o.clock.advance(10s);
    CHECK(o.email.all.size() == 2);
    CHECK(o.note("e1", "email") == "sent: 250 ok");
}

TEST_CASE("a wall clock that was set back does not keep a message for ever") {
    post_office o;
    o.put("e1", "email");
    o.box.entries[0].message.due_at = o.clock.now() + std::chrono::hours{24 * 365};
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(1s);
    CHECK(o.email.all.size() == 1);
}

TEST_CASE("a sender stops in the middle of a delivery") {
    post_office o;
    o.put("e1", "email");
    o.email.latency = 60s;
    const auto mail = o.make("email", o.email);
    service_run run(o.clock, mail->run());
    o.clock.advance(1s);
    CHECK(o.email.all.size() == 1);
    run.stop();
    CHECK(run.ended());
    CHECK(o.clock.sleepers() == 0);
    CHECK(o.box.not_done().size() == 1);
}
