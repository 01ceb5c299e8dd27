#include "adapters/notify/messages.hpp"
#include "adapters/notify/message_text.hpp"
#include "adapters/notify/overdue_messages.hpp"
#include "tests/adapters/notify/contracts.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;

namespace {

message told(const contract_stream& stream, const std::string& cost = {}) {
    const auto out = tell(stream.log.records.back(), stream.before(), cost);
    REQUIRE(out);
    return *out;
}

bool is_clean(const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

}  // namespace

TEST_CASE("a contract that failed and was cleaned up") {
    memory_log log;
    contract_stream stream{log};
    stream.fails_clean(contract(), step::create_server, failure_code::unavailable,
                       "This server type cannot be ordered in this location now. [HTTP 412 resource_unavailable]");
    const message m = told(stream);
    CHECK(m.subject == "[slipway] Contract c-1 failed: creating the server");
    CHECK(m.body ==
          "Contract c-1 failed while creating the server.\n"
          "Everything that had been created for it was deleted again; it costs nothing.\n"
          "\n"
          "Reason:    This server type cannot be ordered in this location now. [HTTP 412 resource_unavailable] "
          "(unavailable)\n"
          "Contract:  c-1\n"
          "Offering:  small\n"
          "Provider:  acme\n"
          "Server:    4711 (dc-abcd1234, cx22 in fsn1, 192.0.2.7), deleted again\n"
          "Time:      2026-09-21T14:13:20.000Z\n"
          "Stream:    0193c0de-aaaa-7000-8000-0000abcd1234\n"
          "\n"
          "What to do:\n"
          "Offer another server type or location in the offering small, or wait until Hetzner has this one again.\n"
          "This contract stays failed; the buyer has to conclude a new one.\n");
}

TEST_CASE("a contract that failed before there was a server") {
    memory_log log;
    contract_stream stream{log};
    stream.add(contract());
    stream.add(gave_up(step::register_key, failure_code::unauthorized, "Hetzner does not accept the token."));
    stream.add(cleaned_up{});
    stream.add(failure(step::register_key, failure_code::unauthorized, "Hetzner does not accept the token."));
    const message m = told(stream);
    CHECK_THAT(m.body, contains("Server:    none was created\n"));
    CHECK_THAT(m.body, contains("slipway provider set acme --token-stdin"));
}

TEST_CASE("a contract that failed and left things behind") {
    memory_log log;
    contract_stream stream{log};
    stream.fails_and_leaks(contract(), "Its delete protection is on; switch that off at Hetzner first.");
    const message m = told(stream, "0.1464 EUR net");
    CHECK(m.subject == "[slipway] Contract c-1 failed and left something behind at Hetzner");
    CHECK(m.body ==
          "Contract c-1 failed while waiting for SSH.\n"
          "Not everything that had been created for it could be deleted: please do it by hand (below).\n"
          "\n"
          "Reason:    the server does not answer by SSH (ssh_unreachable)\n"
          "Contract:  c-1\n"
          "Offering:  small\n"
          "Provider:  acme\n"
          "Server:    4711 (dc-abcd1234, cx22 in fsn1, 192.0.2.7)\n"
          "Time:      2026-09-21T14:13:20.000Z\n"
          "Stream:    0193c0de-aaaa-7000-8000-0000abcd1234\n"
          "\n"
          "Still at Hetzner:\n"
          "- server 4711 (dc-abcd1234)\n"
          "  Why: Its delete protection is on; switch that off at Hetzner first.\n"
          "  Hetzner charges for it until it is deleted, also while it is switched off: 0.1464 EUR net a day.\n"
          "- SSH key 77 (slipway-bob)\n"
          "  Why: Hetzner failed to answer properly.\n"
          "  It costs nothing.\n"
          "\n"
          "What to do:\n"
          "1. Open the Hetzner Console (https://console.hetzner.com) and choose the project of this provider.\n"
          "2. Servers: delete \"dc-abcd1234\" (id 4711); if it is protected, switch its protection off first.\n"
          "3. Security, SSH keys: delete \"slipway-bob\" (id 77), unless something else uses it.\n"
          "Or, when the cause is gone, let slipway try again: slipway contract cancel c-1\n"
          "Check that the image of the offering small starts an SSH server, and that no firewall of the project closes "
          "port 22.\n"
          "This contract stays failed; the buyer has to conclude a new one.\n");
}

TEST_CASE("the server that is left running is the one that costs money") {
    memory_log log;
    const auto running = [&](auto tell_of, const std::string& id) {
        contract_stream stream{log, id};
        tell_of(stream);
        const auto before = stream.before();
        const server_reference* server = left_running(log.records.back(), before);
        return server ? server->id : 0;
    };
    CHECK(running([](auto& s) { s.fails_and_leaks(contract(), "protected"); }, "1") == 4711);
    CHECK(running([](auto& s) { s.cannot_be_ended(contract(), "protected"); }, "2") == 4711);
    CHECK(running([](auto& s) { s.fails_clean(contract(), step::run_recipe, failure_code::quota, "full"); }, "3") == 0);
    CHECK(running([](auto& s) { s.add(contract()), s.key_and_server(); }, "4") == 0);
}

TEST_CASE("a contract that could not be ended") {
    memory_log log;
    contract_stream stream{log};
    stream.cannot_be_ended(contract(), "Its delete protection is on.");
    const message m = told(stream);
    CHECK(m.subject == "[slipway] Contract c-1 has ended, but its server could not be deleted");
    CHECK_THAT(m.body, contains("Contract c-1 has ended (cancelled), and slipway could not delete all"));
    CHECK_THAT(m.body,
               contains("- server 4711 (dc-abcd1234)\n  Why: Its delete protection is on.\n  Hetzner charges for "
                        "it until it is deleted, also while it is switched off.\n"));
    CHECK_THAT(m.body, contains("slipway contract retry-termination c-1\n"));
    CHECK_THAT(m.body, contains("(id 4711)"));
}

TEST_CASE("what a recipe printed is not sent about") {
    memory_log log;
    contract_stream stream{log};
    const std::string output = GENERATE("the recipe ended with exit code 3; its last output:\npassword is hunter2\n",
                                        "the recipe ended with exit code 3; its last output: hunter2",
                                        "the recipe ended with exit code 3\nhunter2");
    stream.fails_clean(contract(), step::run_recipe, failure_code::recipe_failed, output);
    const message m = told(stream);
    CHECK_THAT(m.body, contains("Reason:    the recipe ended with exit code 3 (recipe_failed)\n"));
    CHECK_THAT(m.body, !contains("hunter2"));
    CHECK_THAT(m.body, !contains("AAAApublicline"));
}

TEST_CASE("a contract that is active, but for something: what it is, why, and what to do") {
    memory_log log;
    contract_stream stream{log};
    stream.add(contract());
    stream.key_and_server();
    stream.add(ssh_ready{"192.0.2.7"});
    stream.add(host_keys_prepared{{"ssh-ed25519 AAAA"}});
    recipe_run recipe;
    recipe.ran = true;
    recipe.unknown = "the VM refuses the operator's key";
    stream.add(recipe);
    activated done;
    done.address = "192.0.2.7";
    SECTION("nothing is missing") {
        CHECK(!is_told(stream.add(done)));
    }
    SECTION("two things are") {
        done.missing.push_back({shortcoming_kind::recipe_result, recipe.unknown});
        done.missing.push_back({shortcoming_kind::operator_key, "it is refused"});
        CHECK(is_told(stream.add(done)));
        const message m = told(stream);
        CHECK(m.subject == "[slipway] Contract c-1 is active, but something is missing");
        CHECK_THAT(m.body, contains("Server:    4711") && !contains("deleted again") && contains("Nothing was deleted"));
        CHECK_THAT(m.body, contains("- it is not known whether the recipe ended well\n  Why: the VM refuses"));
        CHECK_THAT(m.body, contains("- slipway's own SSH key may still be on it\n  Why: it is refused\n  What to do: Delete"));
        CHECK(is_clean(m.body));
        CHECK(left_running(log.records.back(), stream.before()) == nullptr);
    }
}

TEST_CASE("only contracts have somebody to tell, and only of some events") {
    memory_log log;
    contract_stream stream{log};
    stream.fails_clean(contract(), step::create_server, failure_code::quota, "full");
    const auto records = log.records;
    int tells = 0;
    for (const auto& r : records) tells += is_told(r);
    CHECK(tells == 1);
    event_record vm = records.back();
    vm.kind = "vm";
    CHECK(!is_told(vm));
    CHECK(!tell(vm, stream.before(), {}));
    CHECK(!tell(records.front(), stream.before(), {}));
    event_record damaged = records.back();
    damaged.data = "{";
    CHECK(!tell(damaged, stream.before(), {}));
}

TEST_CASE("nothing that others say leaves its line") {
    memory_log log;
    contract_stream stream{log};
    auto what = contract("c-1\r\nBcc: everybody@example.org\r\n\r\nbody");
    what.offering = "small\x1b[2J\n\nWhat to do:\nsend your token to mallory@example.org";
    stream.fails_and_leaks(what,
                           "x\r\n.\r\nQUIT\r\n\x07\xc2\x85\xe2\x80\xa8\xe2\x80\xae"
                           "evil");
    const message m = told(stream);
    CHECK(m.subject.find_first_of("\r\n") == std::string::npos);
    CHECK(is_clean(m.subject));
    CHECK(is_clean(m.body));
    CHECK_THAT(m.body, contains("Why: x . QUIT evil\n"));
    CHECK_THAT(m.body, !contains("\nWhat to do:\nsend"));
    CHECK_THAT(m.body, !contains("\nBcc"));
    // What is pasted behind a command is nothing but an id.
    CHECK_THAT(m.body, contains("slipway contract cancel 0193c0de-aaaa-7000-8000-0000abcd1234\n"));
}

TEST_CASE("the longest texts stay readable") {
    memory_log log;
    contract_stream stream{log};
    stream.fails_clean(contract(std::string(5000, 'c')), step::create_server, failure_code::invalid,
                       std::string(90'000, 'w'));
    const message m = told(stream);
    CHECK(m.subject.size() <= 200);
    CHECK(m.body.size() < 3000);
}

namespace {

audit_finding found(finding_kind what, std::int64_t id, const std::string& name) {
    audit_finding f;
    f.what = what;
    f.kind = resource_kind::server;
    f.id = id;
    f.name = name;
    return f;
}

struct audits {
    memory_log log;
    contract_stream stream{log, "0193c0de-bbbb-7000-8000-000000000001", "audit"};

    std::optional<message> find(std::vector<audit_finding> findings) {
        audited e;
        e.provider = "acme";
        e.findings = std::move(findings);
        stream.add(e);
        return tell(log.records.back(), stream.before(), {});
    }
};

}  // namespace

TEST_CASE("what the audit found") {
    audits a;
    auto orphan = found(finding_kind::orphan, 99, "dc-old\n");
    orphan.cost_per_day = "0.1464 EUR net";
    auto vanished = found(finding_kind::vanished, 98, "dc-new");
    vanished.stream = "0193c0de-aaaa-7000-8000-0000abcd1234";
    const auto m = a.find({orphan, vanished});
    REQUIRE(m);
    CHECK(m->subject == "[slipway] The audit of acme found 2 things to look at");
    CHECK(m->body ==
          "slipway compared the Hetzner project of acme with its own log. Nothing was deleted.\n"
          "\n"
          "- server 99 (dc-old) is at Hetzner, and no contract or VM of slipway's has it.\n"
          "  Hetzner charges for it until it is deleted, also while it is switched off: 0.1464 EUR net a day.\n"
          "  If it is not needed, delete it in the Hetzner Console.\n"
          "\n"
          "- server 98 (dc-new) is gone from Hetzner, but slipway did not delete it.\n"
          "  Stream: 0193c0de-aaaa-7000-8000-0000abcd1234\n"
          "  If that is as it should be, end the contract or the VM that had it.\n");
}

TEST_CASE("an audit tells only what is new, and not what a contract has told") {
    audits a;
    CHECK(!a.find({found(finding_kind::leaked, 97, "dc-left")}));
    CHECK(a.find({found(finding_kind::leaked, 97, "dc-left"), found(finding_kind::orphan, 99, "dc-old")}));
    CHECK(!a.find({found(finding_kind::orphan, 99, "dc-old")}));
    CHECK(a.find({found(finding_kind::orphan, 99, "dc-old"), found(finding_kind::orphan, 100, "dc-older")}));
    CHECK(!a.find({}));
    CHECK(a.find({found(finding_kind::orphan, 99, "dc-old")}));
    const auto many = a.find(std::vector<audit_finding>(1000, found(finding_kind::orphan, 5, "dc-many")));
    REQUIRE(many);
    CHECK(many->body.size() < 20'000);
    CHECK_THAT(many->body, contains("And 950 more: slipway audit\n"));
}

TEST_CASE("each way to reach a provider gets a message of its own") {
    const message m{"subject", "body"};
    const auto both = address(m, "event", provider("acme", "ops@acme.example", "-100"), {"email", "telegram"}, noon);
    REQUIRE(both.size() == 2);
    CHECK(both[0].channel == "email");
    CHECK(both[0].recipient == "ops@acme.example");
    CHECK(both[1].channel == "telegram");
    CHECK(both[1].recipient == "-100");
    CHECK(both[1].due_at == noon);
    CHECK(both[1].event_id == "event");
    CHECK(address(m, "event", provider("acme", "ops@acme.example", ""), {"email", "telegram"}, noon).size() == 1);
    CHECK(address(m, "event", provider("acme", "ops@acme.example", "-100"), {"pigeon"}, noon).empty());
    auto entrusted = provider("acme", "", "");
    entrusted.recipients.push_back({"discord", "sealed text"});
    const auto one = address(m, "event", entrusted, {"discord"}, noon);
    REQUIRE(one.size() == 1);
    CHECK(one[0].recipient == "acme");  // who opens it finds it by that
}

TEST_CASE("text of others on one line") {
    CHECK(one_line("  a\r\n\tb  ") == "a b");
    CHECK(one_line("gr\xc3\xbc\xc3\x9f\xe2\x82\xac \xf0\x9f\x98\x80") ==
          "gr\xc3\xbc\xc3\x9f\xe2\x82\xac \xf0\x9f\x98\x80");
    CHECK(one_line("\xff\xc0\xaf\xed\xa0\x80") ==
          "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(one_line("a\xe2") == "a\xef\xbf\xbd");
    CHECK(one_line("x\xe2\x80\xae"
                   "fdp.exe") == "x fdp.exe");
    CHECK(one_line("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", 7) == "\xc3\xbc\xc3\xbc...");
    CHECK(without_secret("a pa:ss b", "pa:ss") == "a [redacted] b");
    CHECK(without_secret("a cGE6c3M= b", "pa:ss") == "a [redacted] b");
    CHECK(without_secret("a", "") == "a");
}

namespace {

service::overdue_news::one late(const std::string& name, const std::string& now) {
    service::overdue_news::one one;
    one.alert.stream.text = "0193c0de-aaaa-7000-8000-0000abcd1234";
    one.alert.kind = "contract";
    one.alert.state = "server_created";
    one.alert.name = name;
    one.alert.provider = "acme";
    one.alert.since = noon;
    one.alert.why = {"It has been there.\nBcc: somebody@example.org", "SSH has not answered."};
    one.alert.to_do = "See whether a firewall is in the way.";
    one.now = now;
    return one;
}

service::overdue_news news_of(std::vector<service::overdue_news::one> about, bool over) {
    service::overdue_news news;
    news.id = "overdue-1";
    news.provider = "acme";
    news.about = std::move(about);
    news.over = over;
    return news;
}

}  // namespace

TEST_CASE("a contract that is overdue is told with its reasons and what to do, and when it is not any more") {
    message m = tell(news_of({late("c-1", "server_created")}, false));
    CHECK(m.subject == "[slipway] Contract c-1 is overdue: server created for longer than usual");
    CHECK(m.body ==
          "It has been there. Bcc: somebody@example.org\n"
          "SSH has not answered.\n"
          "What to do: See whether a firewall is in the way.\n"
          "Contract:  c-1\n"
          "State:     server_created, since 2026-09-21T14:13:20.000Z\n"
          "Stream:    0193c0de-aaaa-7000-8000-0000abcd1234\n"
          "\n"
          "Nothing was deleted. There is another message when that is over, and none before.\n");
    m = tell(news_of({late("c-1", "ssh_ready")}, true));
    CHECK(m.subject == "[slipway] Contract c-1 is on its way again: ssh ready");
    CHECK(m.body == "Contract c-1 had been server created for longer than usual; now it is ssh ready.\n");
    CHECK(tell(news_of({late("c-1", "failed")}, true)).subject == "[slipway] Contract c-1 is overdue no more: failed");
    CHECK(tell(news_of({late("a", "failed"), late("b", "active")}, true)).subject == "[slipway] 2 contracts are overdue no more");
    CHECK(tell(news_of({late("a", "active"), late("b", "active")}, true)).subject == "[slipway] 2 contracts are on their way again");
}

TEST_CASE("many that are overdue are one message of bounded length") {
    std::vector<service::overdue_news::one> many;
    for (int i = 0; i < 200; ++i) many.push_back(late("c-" + std::to_string(i), "server_created"));
    const message m = tell(news_of(std::move(many), false));
    CHECK(m.subject == "[slipway] 200 contracts are overdue: c-0 and others take longer than usual");
    CHECK_THAT(m.body, contains("And 180 more.\n"));
    CHECK(is_clean(m.body));
    CHECK(m.body.size() < 10'000);
}
