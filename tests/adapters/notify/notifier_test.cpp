#include "adapters/notify/notifier.hpp"
#include "engine/runtime/system.hpp"
#include "engine/service/recipients.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/net/scripted_server.hpp"
#include "tests/adapters/notify/contracts.hpp"
#include "tests/adapters/notify/mail_server.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

const std::string bot_token = "123456:AAE-topsecret_Token";
const std::string mail_password = "topsecret-password";

// The whole of it, in real time: the loop, the stores in memory, servers on real sockets.
struct notifier_fixture {
    boost::asio::io_context loop;
    system_clock clock;
    memory_log log;
    memory_outbox box;
    memory_registry providers;
    std::vector<std::string> lines;
    std::unique_ptr<notifier> running;

    notifier_fixture() { providers.known["acme"] = provider("acme", "ops@acme.example", "-100"); }
    ~notifier_fixture() { stop(); }

    result<std::unique_ptr<notifier>> create(settings from, std::function<void(const std::string& line)> say) {
        return notifier::create(loop.get_executor(), std::move(from),
                                parts{log, box, providers, clock, std::move(say), price_of_nothing, no_secret_address});
    }
    void start(settings from) {
        const auto say = [this](const std::string& line) { lines.push_back(line); };
        auto made = create(std::move(from), say);
        REQUIRE(made);
        running = *std::move(made);
        running->start();
    }
    std::chrono::milliseconds stop() {
        const auto began = std::chrono::steady_clock::now();
        if (running) {
            bool stopped = false;
            boost::asio::co_spawn(loop, running->stop(), [&](std::exception_ptr) { stopped = true; });
            run_until(loop, [&] { return stopped; });
            running.reset();
        }
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    }
    std::vector<event_record> fail() {
        contract_stream stream{log};
        stream.at = clock.now();
        stream.fails_and_leaks(contract(), "Its delete protection is on.");
        return log.records;
    }
    bool all_done() const { return !box.entries.empty() && box.not_done().empty(); }
};

// One store's leases, as one of the processes sees them: whoever claims a free one has it until it is released.
class one_at_a_time final : public leases {
public:
    one_at_a_time(std::string me, std::map<std::string, std::string>& holders) : me_(std::move(me)), holders_(holders) {}

    std::chrono::milliseconds duration() const override { return 300ms; }
    awaitable<result<std::optional<lease>>> claim(std::string name) override {
        const bool ours = holders_.try_emplace(name, me_).first->second == me_;
        std::optional<lease> taken;
        if (ours) taken = lease{name, 1};
        co_return taken;
    }
    awaitable<result<std::vector<lease>>> claim_unheld(std::size_t, left_alone) override {
        throw std::logic_error("not used");
    }
    awaitable<result<std::vector<renewed_lease>>> renew(std::vector<lease> held) override {
        std::vector<renewed_lease> still;
        for (const lease& l : held)
            if (holders_[l.name] == me_) still.push_back({l.name, 0});
        co_return still;
    }
    awaitable<result<void>> release(std::vector<lease> held) override {
        for (const lease& l : held) holders_.erase(l.name);
        co_return result<void>{};
    }

private:
    std::string me_;
    std::map<std::string, std::string>& holders_;
};

// As the configuration gives them: what is empty is not set.
settings settings_of(const std::map<std::string, std::string>& set) {
    settings s;
    for (const auto& [name, value] : set)
        if (!value.empty()) s.values.emplace(name, secret(value));
    return s;
}

settings settings_for(const std::string& smtp, const std::string& telegram, const std::string& ca_file = {}) {
    settings s = settings_of({{"SLIPWAY_SMTP_URL", smtp}, {"SLIPWAY_MAIL_FROM", "slipway <slipway@ops.example>"}});
    if (!telegram.empty()) {
        s.values.emplace("TELEGRAM_BOT_TOKEN", secret(bot_token));
        s.values.emplace("TELEGRAM_API_BASE", secret(telegram));
    }
    s.ca_file = ca_file;
    return s;
}

void answer_ok(peer& p) {
    while (!p.read_request().empty()) p.answer(200, R"({"ok":true})");
}

}  // namespace

TEST_CASE("a contract that failed reaches its provider by mail and chat, without a secret anywhere") {
    const identity authority = make_authority("the tests' authority");
    const scratch_file ca(authority.pem());
    mail_server_options options;
    options.tls = make_server_identity(authority, "DNS:localhost,IP:127.0.0.1");
    options.user = "slipway";
    options.password = mail_password;
    mail_server mail(options);
    scripted_server telegram(answer_ok, options.tls);
    notifier_fixture d;
    d.start(settings_for("smtp://slipway:" + mail_password + "@localhost:" + std::to_string(mail.port()),
                         telegram.url("localhost"), ca.path()));
    d.running->appended(d.fail());
    run_until(d.loop, [&] { return d.all_done(); });
    REQUIRE(mail.mails().size() == 1);
    CHECK(mail.mails()[0].encrypted);
    CHECK_THAT(mail.mails()[0].text, contains("From: slipway <slipway@ops.example>\r\nTo: ops@acme.example\r\n"));
    CHECK_THAT(mail.mails()[0].text, contains("server 4711 (dc-abcd1234)"));
    REQUIRE(telegram.requests().size() == 1);
    CHECK_THAT(telegram.requests()[0], contains("server 4711 (dc-abcd1234)"));
    std::string all = mail.mails()[0].text;
    for (const auto& e : d.box.entries) all += e.message.subject + e.message.body + e.message.recipient + e.note;
    for (const auto& line : d.lines) all += line;
    for (const std::string& secret : {bot_token, mail_password, recipe_secret, std::string("sealed-token-text")})
        CHECK_THAT(all, !contains(secret));
    CHECK(d.lines.empty());
}

TEST_CASE("a mail server that hangs holds up neither the chat nor the end") {
    mail_server_options options;
    options.answers["greeting"] = "hang";
    mail_server mail(options);
    scripted_server telegram(answer_ok);
    notifier_fixture d;
    d.start(settings_for("smtp://127.0.0.1:" + std::to_string(mail.port()), telegram.url()));
    d.running->appended(d.fail());
    run_until(d.loop, [&] { return telegram.requests().size() == 1 && mail.connections() == 1; });
    run_until(d.loop, [&] { return d.box.not_done().size() == 1; });
    CHECK(d.stop() < 900ms);
    CHECK(d.box.not_done().size() == 1);
    CHECK(d.box.not_done()[0].attempts == 0);  // sent after the next start
}

TEST_CASE("a chat that hangs does not hold up the end") {
    scripted_server telegram([](peer& p) {
        p.read_request();
        p.wait_for_close();
    });
    notifier_fixture d;
    d.start(settings_for("", telegram.url()));
    d.running->appended(d.fail());
    run_until(d.loop, [&] { return telegram.requests().size() == 1; });
    CHECK(d.stop() < 900ms);
    CHECK(d.box.not_done().size() == 1);
}

TEST_CASE("the second process sends what the first could not, with the same Message-ID") {
    mail_server mail({});
    notifier_fixture d;
    const auto url = "smtp://127.0.0.1:" + std::to_string(mail.port());
    d.start(settings_for(url, ""));
    d.running->appended(d.fail());
    run_until(d.loop, [&] { return d.all_done(); });
    d.stop();
    for (auto& e : d.box.entries) e.note.clear();  // the first one ended before it could write that down
    d.start(settings_for(url, ""));
    run_until(d.loop, [&] { return d.all_done(); });
    REQUIRE(mail.mails().size() == 2);
    CHECK(mail.mails()[0].text == mail.mails()[1].text);
    d.stop();
    d.start(settings_for(url, ""));
    run_until(d.loop, [&] { return d.log.reads >= 3; });
    CHECK(mail.mails().size() == 2);
}

TEST_CASE("of two processes on one store one sends, and the other goes on from there when that one has stopped") {
    scripted_server telegram(answer_ok);
    notifier_fixture d;
    std::map<std::string, std::string> holders;
    one_at_a_time of_one("one", holders), of_two("two", holders);
    const auto begin = [&](leases& shared) {
        const auto say = [](const std::string&) {};
        parts with{d.log, d.box, d.providers, d.clock, say, price_of_nothing, no_secret_address, &shared};
        auto made = notifier::create(d.loop.get_executor(), settings_for("", telegram.url()), with);
        REQUIRE(made);
        (*made)->start();
        return *std::move(made);
    };
    const auto end = [&](notifier& of) {
        bool stopped = false;
        boost::asio::co_spawn(d.loop, of.stop(), [&](std::exception_ptr) { stopped = true; });
        run_until(d.loop, [&] { return stopped; });
    };
    const auto one = begin(of_one), two = begin(of_two);
    run_until(d.loop, [&] { return d.log.reads == 1; });
    CHECK(holders == std::map<std::string, std::string>{{"outbox", "one"}});
    const auto records = d.fail();
    one->appended(records);
    two->appended(records);
    run_until(d.loop, [&] { return d.all_done(); });
    CHECK(telegram.requests().size() == 1);
    CHECK(d.log.reads == 2);
    end(*one);
    run_until(d.loop, [&] { return d.log.reads > 2; });
    CHECK(holders == std::map<std::string, std::string>{{"outbox", "two"}});
    contract_stream later{d.log, "0193c0de-bbbb-7000-8000-0000abcd1234"};
    later.at = d.clock.now();
    later.fails_and_leaks(contract(), "Its delete protection is on.");
    two->appended(d.log.records);
    run_until(d.loop, [&] { return d.box.entries.size() == 2 && d.all_done(); });
    CHECK(telegram.requests().size() == 2);
    end(*two);
    CHECK(holders.empty());
}

TEST_CASE("events that nobody is told about cost nothing") {
    mail_server mail({});
    notifier_fixture d;
    d.start(settings_for("smtp://127.0.0.1:" + std::to_string(mail.port()), ""));
    run_until(d.loop, [&] { return d.log.reads == 1; });
    contract_stream stream{d.log};
    stream.at = d.clock.now();
    stream.add(contract());
    d.running->appended(d.log.records);
    d.loop.restart();
    while (d.loop.poll() > 0) {
    }
    CHECK(d.log.reads == 1);
    CHECK(d.box.writes == 0);
}

TEST_CASE("no channel at all: lines in the log") {
    notifier_fixture d;
    d.start(settings{});
    d.running->appended(d.fail());
    run_until(d.loop, [&] { return !d.lines.empty(); });
    CHECK_THAT(d.lines[0], contains("Contract c-1 failed"));
    CHECK(d.box.entries.empty());
}

TEST_CASE("a setting that is wrong is named, without its value") {
    notifier_fixture d;
    struct row {
        std::string smtp, from, token, base, named;
    };
    const std::vector<row> rows{
        {"smtp://u:" + mail_password + "@h/x", "a@b.example", "", "", "SLIPWAY_SMTP_URL"},
        {"smtp://h", "", "", "", "SLIPWAY_MAIL_FROM"},
        {"smtp://h", "me", "", "", "SLIPWAY_MAIL_FROM"},
        {"", "", "topsecret", "", "TELEGRAM_BOT_TOKEN"},
        {"", "", bot_token, "http://telegram.example", "TELEGRAM_API_BASE"},
    };
    for (const row& r : rows) {
        CAPTURE(r.named);
        settings s = settings_of({{"SLIPWAY_SMTP_URL", r.smtp},
                                  {"SLIPWAY_MAIL_FROM", r.from},
                                  {"TELEGRAM_BOT_TOKEN", r.token},
                                  {"TELEGRAM_API_BASE", r.base}});
        const auto made = d.create(std::move(s), [](const std::string&) {});
        REQUIRE(made.has_error());
        CHECK(made.error().kind == error_kind::configuration);
        CHECK_THAT(made.error().message, contains(r.named));
        CHECK_THAT(made.error().message, !contains("topsecret"));
    }
    for (const bool by_mail : {true, false}) {
        settings s = settings_for(by_mail ? "smtp://mail.example" : "", by_mail ? "" : "https://telegram.example",
                                  "/nonexistent/ca.pem");
        const auto made = d.create(std::move(s), [](const std::string&) {});
        REQUIRE(made.has_error());
        CHECK_THAT(made.error().message, contains("/nonexistent/ca.pem"));
    }
}

TEST_CASE("a part that was forgotten is a bug") {
    notifier_fixture d;
    CHECK_THROWS_AS(d.create(settings{}, {}), std::logic_error);
    const auto say = [](const std::string&) {};
    CHECK_THROWS_AS(
        notifier::create(d.loop.get_executor(), settings{}, parts{d.log, d.box, d.providers, d.clock, say, {}, {}}),
        std::logic_error);
}

TEST_CASE("there is an address for each channel, and a channel for each address") {
    std::vector<std::string_view> send, ask;
    for (const channel_kind* kind : channel_kinds()) {
        send.push_back(kind->name);
        CHECK(!kind->settings.empty());
    }
    for (const auto& kind : service::recipient_kinds()) ask.push_back(kind.channel);
    CHECK(send == ask);
}

TEST_CASE("what is overdue goes out at once, the same news once, and the place in the log stays as it is") {
    scripted_server telegram(answer_ok);
    notifier_fixture d;
    d.box.position = 7;
    d.start(settings_for("", telegram.url()));
    service::overdue_news news;
    news.id = "overdue-1";
    news.provider = "acme";
    service::overdue_news::one one;
    one.alert.kind = "contract";
    one.alert.name = "c-1";
    one.alert.state = one.now = "accepted";
    one.alert.why = {"It hangs."};
    news.about.push_back(one);
    int answers = 0;
    for (int i = 0; i < 2; ++i)
        boost::asio::co_spawn(d.loop, d.running->tell(news), [&](std::exception_ptr, result<void> done) { answers += done.has_value(); });
    run_until(d.loop, [&] { return answers == 2 && d.all_done(); });
    CHECK(d.box.entries.size() == 1);
    CHECK(d.box.position == 7);
    REQUIRE(telegram.requests().size() == 1);
    CHECK_THAT(telegram.requests()[0], contains("It hangs."));
    news.provider = "nobody";
    boost::asio::co_spawn(d.loop, d.running->tell(news), [&](std::exception_ptr, result<void> done) { answers += done.has_value(); });
    run_until(d.loop, [&] { return answers == 3; });
    REQUIRE(d.lines.size() == 1);
    CHECK_THAT(d.lines[0], contains("Nobody was told"));
    d.box.broken = true;
    news.provider = "acme";
    boost::asio::co_spawn(d.loop, d.running->tell(news), [&](std::exception_ptr, result<void> done) { answers -= done.has_error(); });
    run_until(d.loop, [&] { return answers == 2; });
}
