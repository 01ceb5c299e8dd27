// Providers, offerings, idempotency keys, messages, secrets and documents, on a real file and through the log's threads.
#include "adapters/sqlite/documents_table.hpp"
#include "adapters/sqlite/log.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "adapters/sqlite/outbox_table.hpp"
#include "adapters/sqlite/registry_tables.hpp"
#include "adapters/sqlite/secrets_table.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>

using namespace slipway;
using namespace slipway::test;
namespace asio = boost::asio;

namespace {

struct store {
    asio::io_context loop;
    std::unique_ptr<sqlite::log> log;
    std::unique_ptr<sqlite::registry> registry;
    std::unique_ptr<sqlite::outbox> outbox;
    std::unique_ptr<sqlite::secrets> secrets;
    std::unique_ptr<sqlite::documents> documents;

    explicit store(const std::string& path) : log(sqlite::log::open({path, "slipway-test", false}).value()) {
        registry = std::make_unique<sqlite::registry>(*log);
        outbox = std::make_unique<sqlite::outbox>(*log);
        secrets = std::make_unique<sqlite::secrets>(*log);
        documents = std::make_unique<sqlite::documents>(*log);
    }

    template <class T>
    T run(asio::awaitable<T> work) {
        std::optional<T> got;
        std::exception_ptr failed;
        asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, T value) {
            failed = e;
            got = std::move(value);
        });
        loop.restart();
        auto guard = asio::make_work_guard(loop);
        while (!got && !failed) loop.run_one();
        if (failed) std::rethrow_exception(failed);
        return std::move(*got);
    }
};

provider_record provider_named(const std::string& id) {
    provider_record r;
    r.id = id;
    r.sealed_token = "sealed-" + id;
    r.recipients = {{"email", "ops@example.org"}, {"telegram", "4711"}};
    r.token_checked_at = {3};
    r.created_at = {1};
    r.changed_at = {2};
    return r;
}

offering_record offering_named(const std::string& id) {
    offering_record r;
    r.id = id;
    r.provider = "p1";
    r.server_type = "cx23";
    r.location = "nbg1";
    r.image = "ubuntu-24.04";
    r.image_id = 67'794'396;
    r.recipe = "#!/bin/sh\necho 'x'\n";
    r.created_at = {1};
    r.changed_at = {2};
    return r;
}

outgoing message_about(const std::string& event, const std::string& channel, std::int64_t due) {
    outgoing m;
    m.event_id = event;
    m.channel = channel;
    m.recipient = "ops@example.org";
    m.subject = "a subject";
    m.body = "a body";
    m.created_at = {1};
    m.due_at = {due};
    return m;
}

}  // namespace

TEST_CASE("providers and offerings are kept as they were put, and replaced as a whole but for their beginning") {
    temporary_directory at;
    auto first = provider_named("p1");
    {
        store s(at / "s.db");
        REQUIRE(s.run(s.registry->put_provider(first)));
        REQUIRE(s.run(s.registry->put_provider(provider_named("p0"))));
        REQUIRE(s.run(s.registry->put_offering(offering_named("small"))));
    }
    store s(at / "s.db");
    CHECK(s.run(s.registry->provider("p1")).value() == first);
    CHECK_FALSE(s.run(s.registry->provider("p9")).value().has_value());
    CHECK(s.run(s.registry->providers()).value().size() == 2);
    CHECK(s.run(s.registry->offering("small")).value() == offering_named("small"));
    CHECK(s.run(s.registry->offerings()).value().size() == 1);

    auto later = first;
    later.sealed_token = "other";
    later.recipients = {{"telegram", "4712"}};
    later.created_at = {9};
    later.changed_at = {9};
    REQUIRE(s.run(s.registry->put_provider(later)));
    later.created_at = first.created_at;
    CHECK(s.run(s.registry->provider("p1")).value() == later);
    later.recipients.clear();
    REQUIRE(s.run(s.registry->put_provider(later)));
    CHECK(s.run(s.registry->provider("p1")).value() == later);
    CHECK(s.run(s.registry->providers()).value() == std::vector{provider_named("p0"), later});
}

TEST_CASE("a provider with two addresses for one channel is not kept, nor half of it") {
    temporary_directory at;
    store s(at / "s.db");
    const auto first = provider_named("p1");
    REQUIRE(s.run(s.registry->put_provider(first)));
    auto twice = first;
    twice.sealed_token = "other";
    twice.recipients = {{"email", "a@example.org"}, {"email", "b@example.org"}};
    const auto stored = s.run(s.registry->put_provider(twice));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().kind == error_kind::storage);
    CHECK(s.run(s.registry->provider("p1")).value() == first);
}

TEST_CASE("a document is added once, replaced, listed by its kind in order, and taken out") {
    temporary_directory at;
    {
        store s(at / "s.db");
        CHECK(s.run(s.documents->add({"batch", "2", "two"})).value());
        CHECK(s.run(s.documents->add({"batch", "1", "one"})).value());
        CHECK(s.run(s.documents->add({"question", "1", "another kind"})).value());
        CHECK_FALSE(s.run(s.documents->add({"batch", "2", "again"})).value());
        REQUIRE(s.run(s.documents->put({"batch", "1", "changed"})));
        REQUIRE(s.run(s.documents->put({"batch", "3", "new"})));
        REQUIRE(s.run(s.documents->remove("question", "1")));
        REQUIRE(s.run(s.documents->remove("question", "1")));
    }
    store s(at / "s.db");
    CHECK(s.run(s.documents->all("batch")).value() ==
          std::vector<document>{{"batch", "1", "changed"}, {"batch", "2", "two"}, {"batch", "3", "new"}});
    CHECK(s.run(s.documents->all("question")).value().empty());
}

TEST_CASE("a file of the first two versions is brought up: addresses and chats become recipients") {
    temporary_directory at;
    std::string old;
    for (const sqlite::migration& step : sqlite::migrations())
        if (step.version <= 2) old += step.sql;
    run_sql(at / "s.db", old +
                             "PRAGMA user_version = 2; PRAGMA application_id = " + std::to_string(sqlite::application_id) +
                             "; INSERT INTO meta (key, value) VALUES ('install_id', "
                             "'01234567-0123-4123-8123-0123456789ab'), ('created_at', '2026-11-20T14:46:00.123Z');"
                             "INSERT INTO providers (id, sealed_token, email, telegram_chat, token_works, token_problem, "
                             "token_checked_at, created_at, changed_at) VALUES "
                             "('chat', 'sealed-chat', '', '@acme_ops', 0, 'revoked', 3, 1, 2),"
                             "('none', 'sealed-none', '', '', 1, '', 3, 1, 2),"
                             "('p1', 'sealed-p1', 'ops@example.org', '4711', 1, '', 3, 1, 2);"
                             "INSERT INTO offerings (id, provider, server_type, location, image, image_id, recipe, "
                             "created_at, changed_at) VALUES ('small', 'p1', 'cx23', 'nbg1', 'ubuntu-24.04', 1, '', 1, 2)");
    store s(at / "s.db");
    const auto there = s.run(s.registry->providers()).value();
    REQUIRE(there.size() == 3);
    CHECK(there[0].recipients == std::vector<recipient>{{"telegram", "@acme_ops"}});
    CHECK(there[0].token_problem == "revoked");
    CHECK(there[1].recipients.empty());
    CHECK(there[2] == provider_named("p1"));
    CHECK(s.run(s.registry->offering("small")).value()->provider == "p1");
    REQUIRE(s.run(s.registry->put_provider(provider_named("p1"))));  // an offering refers to it
    CHECK(sqlite::reader::open(at / "s.db").value().integrity(check_depth::whole).value().empty());
}

TEST_CASE("an offering of a provider that is not there is not kept") {
    temporary_directory at;
    store s(at / "s.db");
    const auto stored = s.run(s.registry->put_offering(offering_named("small")));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().kind == error_kind::storage);
    CHECK(s.run(s.registry->offerings()).value().empty());
}

TEST_CASE("what is noted of a token is about that token only") {
    temporary_directory at;
    store s(at / "s.db");
    REQUIRE(s.run(s.registry->put_provider(provider_named("p1"))));
    auto about = provider_named("p1");
    about.token_works = false;
    about.token_problem = "revoked";
    about.token_checked_at = {7};
    about.recipients = {{"email", "not to be stored"}};
    REQUIRE(s.run(s.registry->note_token(about)));
    auto now = *s.run(s.registry->provider("p1")).value();
    CHECK_FALSE(now.token_works);
    CHECK(now.token_problem == "revoked");
    CHECK(now.recipients == provider_named("p1").recipients);
    about.sealed_token = "an earlier one";
    about.token_works = true;
    REQUIRE(s.run(s.registry->note_token(about)));
    CHECK_FALSE(s.run(s.registry->provider("p1")).value()->token_works);
}

TEST_CASE("an owner's defaults are kept as a whole, and what was not said stays apart from none") {
    temporary_directory at;
    user_defaults alice;
    alice.owner = "discord:1";
    {
        store s(at / "s.db");
        CHECK(s.run(s.registry->defaults("discord:1")).value() == alice);
        alice.network = 0;
        alice.ssh_key = 9007199254740991;
        REQUIRE(s.run(s.registry->put_defaults(alice)));
        alice.firewall = 38;
        alice.ssh_key.reset();
        REQUIRE(s.run(s.registry->put_defaults(alice)));
    }
    store s(at / "s.db");
    CHECK(s.run(s.registry->defaults("discord:1")).value() == alice);
    CHECK_FALSE(s.run(s.registry->defaults("discord:2")).value().network);
    alice.ssh_key = 0;  // no VM can be without
    CHECK_FALSE(s.run(s.registry->put_defaults(alice)));
    user_defaults nobody;
    CHECK_FALSE(s.run(s.registry->put_defaults(nobody)));
}

TEST_CASE("an idempotency key belongs to the first request that came with it, also after a restart") {
    temporary_directory at;
    append_request order = make_request(1, 0);
    order.request = {"k", "digest"};
    {
        store s(at / "s.db");
        const auto before = s.log->commits();
        REQUIRE(s.run(s.log->append(order)));
        CHECK(s.log->commits() == before + 1);  // the key costs none of its own
    }
    store s(at / "s.db");
    CHECK(s.run(s.log->find_request("k")).value() == "digest");
    CHECK(s.run(s.log->find_request("k2")).value() == std::nullopt);
}

TEST_CASE("a secret is kept under its name, sealed or only remembered, and the first one stays") {
    temporary_directory at;
    const kept_secret sealed{std::string(64, 'a'), "sealed"}, remembered{std::string(64, 'b'), ""};
    {
        store s(at / "s.db");
        CHECK_FALSE(s.run(s.secrets->get("x")).value().has_value());
        CHECK(s.run(s.secrets->put_if_absent("x", sealed)).value() == sealed);
        CHECK(s.run(s.secrets->put_if_absent("x", remembered)).value() == sealed);
        CHECK(s.run(s.secrets->put_if_absent("y", remembered)).value() == remembered);
    }
    store s(at / "s.db");
    CHECK(s.run(s.secrets->get("x")).value() == sealed);
    CHECK(s.run(s.secrets->get("y")).value() == remembered);
    REQUIRE(s.run(s.secrets->replace("x", remembered)));
    REQUIRE(s.run(s.secrets->replace("z", sealed)));
    CHECK(s.run(s.secrets->get("x")).value() == remembered);
    CHECK(s.run(s.secrets->get("z")).value() == sealed);
    auto reader = sqlite::reader::open(at / "s.db").value();
    CHECK(reader.kept("z").value() == sealed);
    CHECK_FALSE(reader.kept("w").value().has_value());
    const kept_secret no_digest{"short", "sealed"};
    CHECK_FALSE(s.run(s.secrets->replace("z", no_digest)));
}

TEST_CASE("tokens and secrets are sealed anew all together or not at all") {
    temporary_directory at;
    store s(at / "s.db");
    for (const char* id : {"p1", "p2", "p3"}) REQUIRE(s.run(s.registry->put_provider(provider_named(id))));
    auto with_webhook = provider_named("p2");
    with_webhook.recipients = {{"discord", "sealed-hook"}, {"telegram", "4711"}};
    REQUIRE(s.run(s.registry->put_provider(with_webhook)));
    const kept_secret sealed{std::string(64, 'a'), "sealed-x"}, remembered{std::string(64, 'b'), ""};
    REQUIRE(s.run(s.secrets->replace("x", sealed)));
    REQUIRE(s.run(s.secrets->replace("y", remembered)));
    const auto broken = s.run(s.secrets->reseal_all([&](const sealed_text& old) -> result<std::string> {
        if (old.purpose.what == sealed_kind::installation_secret)
            return make_error(error_kind::configuration, "the key is another one");
        return "new-" + old.sealed;
    }));
    REQUIRE_FALSE(broken);
    CHECK(broken.error().message == "the key is another one");
    for (const auto& p : s.run(s.registry->providers()).value()) CHECK(p.sealed_token == "sealed-" + p.id);
    CHECK(s.run(s.secrets->get("x")).value() == sealed);

    std::vector<std::string> seen;
    REQUIRE(s.run(s.secrets->reseal_all([&](const sealed_text& old) -> result<std::string> {
        const bool is_token = old.purpose.what == sealed_kind::provider_token;
        const bool is_webhook = old.purpose.what == sealed_kind::discord_webhook;
        seen.push_back((is_token ? "token " : is_webhook ? "webhook " : "secret ") + old.purpose.name);
        return "new-" + old.sealed;
    })));
    CHECK(seen == std::vector<std::string>{"token p1", "token p2", "token p3", "webhook p2", "secret x"});
    for (const auto& p : s.run(s.registry->providers()).value()) CHECK(p.sealed_token == "new-sealed-" + p.id);
    CHECK(s.run(s.registry->provider("p2")).value()->recipients ==
          std::vector<recipient>{{"discord", "new-sealed-hook"}, {"telegram", "4711"}});
    CHECK(s.run(s.secrets->get("x")).value()->sealed == "new-sealed-x");
    CHECK(s.run(s.secrets->get("x")).value()->fingerprint == sealed.fingerprint);
    CHECK(s.run(s.secrets->get("y")).value() == remembered);
}

TEST_CASE("messages wait in the order in which they are due, once per event and channel, until they are done") {
    temporary_directory at;
    store s(at / "s.db");
    CHECK(s.run(s.outbox->read_up_to()).value() == 0);
    std::vector<outgoing> messages{message_about("e1", "email", 30), message_about("e1", "telegram", 10),
                                   message_about("e2", "email", 20)};
    REQUIRE(s.run(s.outbox->add(messages, 5)));
    auto again = message_about("e1", "email", 1);
    again.body = "another body";
    REQUIRE(s.run(s.outbox->add({again}, 6)));
    CHECK(s.run(s.outbox->read_up_to()).value() == 6);
    auto pending = s.run(s.outbox->pending(10)).value();
    REQUIRE(pending.size() == 3);
    CHECK(pending[0] == messages[1]);
    CHECK(pending[1] == messages[2]);
    CHECK(pending[2] == messages[0]);

    auto late = pending[0];
    late.attempts = 1;
    late.due_at = {100};
    REQUIRE(s.run(s.outbox->postpone(late)));
    REQUIRE(s.run(s.outbox->done(pending[1], "sent")));
    pending = s.run(s.outbox->pending(10)).value();
    REQUIRE(pending.size() == 2);
    CHECK(pending[1] == late);
    // Read again from the beginning, nothing is sent a second time.
    REQUIRE(s.run(s.outbox->add(messages, 6)));
    CHECK(s.run(s.outbox->pending(10)).value().size() == 2);
    CHECK(s.run(s.outbox->pending(1)).value().size() == 1);
}

TEST_CASE("a process that lost the log changes nothing beside the events either") {
    temporary_directory at;
    store s(at / "s.db");
    REQUIRE(s.run(s.registry->put_provider(provider_named("p1"))));
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((at / "s.db").c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "UPDATE writer SET epoch = epoch + 1", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(other);
    const auto stored = s.run(s.registry->put_provider(provider_named("p2")));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().kind == error_kind::storage);
    CHECK(s.run(s.registry->providers()).value().size() == 1);
}
