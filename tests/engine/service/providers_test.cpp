// Providers and offerings: what is kept, what is refused, and when Hetzner is asked.
#include "tests/engine/service/fixture.hpp"

using namespace slipway;
using namespace slipway::test;
using fields = std::vector<std::string>;

TEST_CASE("a provider's token is checked, sealed, and never shown again") {
    service_fixture f;
    const auto put = f.put_provider("acme");
    REQUIRE(put);
    CHECK(put->sealed_token == "sealed:acme:emca-fo-nekot");
    CHECK(put->token_works);
    const auto found = f.ask(f.market->provider("acme", f.from("operator")));
    REQUIRE(found);
    CHECK(*found == *put);
    CHECK(f.ask(f.market->provider("nobody", f.from("operator"))).error().kind == error_kind::not_found);
}

TEST_CASE("a token that Hetzner refuses, or that is none, is not kept") {
    service_fixture f;
    f.projects->revoked.insert("revoked");
    const auto refused = f.put_provider("acme", "revoked");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == error_kind::usage);
    CHECK(fields_of(refused.error()) == fields{"hetzner_token"});
    const auto broken = f.put_provider("acme", "two words");
    REQUIRE_FALSE(broken);
    CHECK(fields_of(broken.error()) == fields{"hetzner_token"});
    CHECK(fields_of(f.put_provider("direct").error()) == fields{"id"});
    CHECK(f.ask(f.market->provider("acme", f.from("operator"))).error().kind == error_kind::not_found);
}

TEST_CASE("a provider's recipients are checked, and kept in order of their channels") {
    service_fixture f;
    const auto put = [&](std::vector<recipient> recipients) {
        service::provider_input input;
        input.id = "acme";
        input.hetzner_token = secret("token-of-acme");
        input.recipients = std::move(recipients);
        return f.ask(f.market->put_provider(std::move(input), f.from("operator")));
    };
    CHECK(fields_of(put({{"email", "nobody"}}).error()) == fields{"email"});
    CHECK(fields_of(put({{"telegram", "4711"}, {"email", "a@b"}, {"telegram", "4712"}}).error()) ==
          fields{"telegram_chat"});
    CHECK(fields_of(put({{"pigeon", "loft 3"}}).error()) == fields{"recipients"});
    CHECK_FALSE(f.ask(f.market->provider("acme", f.from("operator"))));
    const std::vector<recipient> both{{"email", "ops@acme.example"}, {"telegram", "4711"}};
    REQUIRE(put({both[1], both[0]}));
    CHECK(f.ask(f.market->provider("acme", f.from("operator")))->recipients == both);
}

TEST_CASE("a provider's webhook is kept sealed, opened for whoever sends, and gone with the next token that comes without it") {
    service_fixture f;
    const std::string url = "https://discord.com/api/webhooks/4711/" + std::string(68, 'x');
    const auto put = [&](const char* channel, const std::string& address, std::vector<recipient> others = {}) {
        service::provider_input input;
        input.id = "acme";
        input.hetzner_token = secret("token-of-acme");
        input.recipients = std::move(others);
        if (!address.empty()) input.secret_recipients.push_back({channel, secret(address)});
        return f.ask(f.market->put_provider(std::move(input), f.from("operator")));
    };
    CHECK(fields_of(put("discord", "https://example.org/hook").error()) == fields{"discord_webhook"});
    CHECK(fields_of(put("email", "a@b").error()) == fields{"recipients"});
    CHECK(fields_of(put("discord", "", {{"discord", url}}).error()) == fields{"recipients"});
    const auto kept = put("discord", url, {{"telegram", "4711"}, {"email", "a@b"}});
    REQUIRE(kept);
    REQUIRE(kept->recipients.size() == 3);
    CHECK(kept->recipients[0].channel == "discord");
    CHECK(kept->recipients[0].address.starts_with("sealed:"));
    CHECK_THAT(kept->recipients[0].address, !contains("4711"));
    const auto opened = f.ask(f.tokens->address("acme", "discord"));
    REQUIRE(opened);
    REQUIRE(opened->has_value());
    CHECK((*opened)->reveal() == url);
    CHECK_FALSE(f.ask(f.tokens->address("acme", "telegram"))->has_value());  // no secret
    CHECK_FALSE(f.ask(f.tokens->address("nobody", "discord"))->has_value());
    REQUIRE(put("discord", ""));
    CHECK_FALSE(f.ask(f.tokens->address("acme", "discord"))->has_value());
    REQUIRE(put("discord", url));
    f.key.reset();
    f.begin();
    CHECK_THAT(f.ask(f.tokens->address("acme", "discord")).error().message, contains("CREDENTIAL_ENCRYPTION_KEY"));
}

TEST_CASE("without a key no token is kept, and nobody is asked") {
    service_fixture f;
    f.key.reset();
    f.begin();
    f.projects->revoked.insert("token-of-acme");
    const auto put = f.put_provider("acme");
    REQUIRE_FALSE(put);
    CHECK(put.error().kind == error_kind::configuration);
    CHECK_THAT(put.error().message, contains("CREDENTIAL_ENCRYPTION_KEY"));
}

TEST_CASE("a key that opens none of the tokens is the wrong key") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    CHECK(f.ask(f.tokens->check()));
    const auto other = std::make_shared<mirror_sealing>("other:");
    const auto used = f.ask(f.tokens->use(other));
    REQUIRE_FALSE(used);
    CHECK(used.error().kind == error_kind::configuration);
    CHECK(f.ask(f.market->check_provider("acme", f.from("operator"))));  // the old key is still in use
    f.key = other;
    f.begin();
    CHECK_FALSE(f.ask(f.tokens->check()));
}

TEST_CASE("a provider that another process has stored is known at once") {
    service_fixture f;
    provider_record stored;
    stored.id = "beta";
    stored.sealed_token = f.key->seal("token-of-beta", {sealed_kind::provider_token, "beta"});
    REQUIRE(f.ask(f.registry.put_provider(stored)));
    const auto checked = f.ask(f.market->check_provider("beta", f.from("operator")));
    REQUIRE(checked);
    CHECK(checked->token_works);
    CHECK(f.ask(f.market->catalog("beta", f.from("operator"))));
}

TEST_CASE("a token that stops working is noted, and said of every contract of its provider") {
    service_fixture f;
    f.active_contract("c-1");
    f.projects->revoked.insert("token-of-acme");
    const auto checked = f.ask(f.market->check_provider("acme", f.from("operator")));
    REQUIRE(checked);
    CHECK_FALSE(checked->token_works);
    CHECK_THAT(checked->token_problem, contains("does not know the token"));
    const auto shown = f.ask(f.market->find("contract", "c-1", f.from("buyer")));
    REQUIRE(shown);
    CHECK(shown->provider_trouble == checked->token_problem);
    service::list_query all;
    all.kind = "contract";
    CHECK(f.ask(f.market->list(all, f.from("buyer")))->items.front().provider_trouble == checked->token_problem);
    f.projects->revoked.clear();
    CHECK(f.ask(f.market->check_provider("acme", f.from("operator")))->token_works);
    CHECK(f.ask(f.market->find("contract", "c-1", f.from("buyer")))->provider_trouble.empty());
}

TEST_CASE("a new token of another project is refused while there are servers") {
    service_fixture f;
    f.active_contract("c-1");
    f.projects->elsewhere.insert("token-of-another");
    const auto put = f.put_provider("acme", "token-of-another");
    REQUIRE_FALSE(put);
    CHECK(put.error().kind == error_kind::refused);
    CHECK_THAT(put.error().message, contains("another Hetzner project"));
    CHECK(f.put_provider("acme", "new-token-of-acme"));
}

TEST_CASE("an offering is checked against the live catalog, each wrong field named") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    const auto put = f.put_offering("small");
    REQUIRE(put);
    CHECK(put->image_id == 1);
    service::offering_input wrong;
    wrong.id = "odd";
    wrong.provider = "acme";
    wrong.server_type = "cx99";
    wrong.location = "mars1";
    wrong.image = "windows";
    const auto refused = f.ask(f.market->put_offering(wrong, f.from("operator")));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == error_kind::usage);
    CHECK(fields_of(refused.error()) ==
          fields{"infra_config.server_type", "infra_config.location", "infra_config.image"});
    wrong.provider = "nobody";
    CHECK(fields_of(f.ask(f.market->put_offering(wrong, f.from("operator"))).error()) == fields{"provider"});
    wrong.provider = "acme";
    wrong.server_type = "cax11";
    wrong.location = "fsn1";
    wrong.image = "ubuntu-24.04";
    CHECK_THAT(f.ask(f.market->put_offering(wrong, f.from("operator"))).error().fields.at(0).detail,
               contains("sold out"));
    f.projects->catalog_answers = false;
    CHECK(f.put_offering("other").error().kind == error_kind::unreachable);
    CHECK(f.ask(f.market->offering("small", f.from("operator"))).value() == *put);
    CHECK(f.ask(f.market->offering("other", f.from("operator"))).error().kind == error_kind::not_found);
}

TEST_CASE("offerings come in pages") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    for (const char* id : {"c", "a", "b", "d", "e"}) REQUIRE(f.put_offering(id));
    std::vector<std::string> seen;
    std::string after;
    int pages = 0;
    do {
        const auto page = f.ask(f.market->offerings(after, 2, f.from("operator"))).value();
        CHECK(page.items.size() <= 2);
        for (const auto& one : page.items) seen.push_back(one.id);
        after = page.next;
        ++pages;
    } while (!after.empty());
    CHECK(seen == std::vector<std::string>{"a", "b", "c", "d", "e"});
    CHECK(pages == 3);
}
