// What every store promises of what it keeps beside the event log (engine/ports/leases.hpp, registry.hpp, outbox.hpp,
// secret_store.hpp, documents.hpp), asked of each of them.
#include "tests/adapters/postgres/conformance.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace slipway;
using namespace slipway::test;

TEST_CASE("conformance: a lease has one holder, who keeps its epoch, until it is released or runs out") {
    store_under_test where(shared_store());
    INFO(name_of(where.kind));
    auto one = where.open(), two = where.open();
    REQUIRE(append(one, opening(1)));
    for (const std::string& name : {stream_number(1).text, std::string("daily audit")}) {
        const auto held = wait_for(one.leases->claim(name)).value();
        REQUIRE(held);
        CHECK(held->name == name);
        CHECK(held->epoch == 1);
        CHECK_FALSE(wait_for(two.leases->claim(name)).value());
        CHECK(wait_for(one.leases->claim(name)).value()->epoch == 1);
        const auto renewed = wait_for(one.leases->renew({*held, lease{"nobody's", 1}})).value();
        REQUIRE(renewed.size() == 1);
        CHECK(renewed[0].name == name);
        CHECK(renewed[0].version == (name == "daily audit" ? 0 : 1));
        CHECK(wait_for(two.leases->renew({*held})).value().empty());
        REQUIRE(wait_for(two.leases->release({*held})));  // not its own: nothing happens
        CHECK_FALSE(wait_for(two.leases->claim(name)).value());

        REQUIRE(wait_for(one.leases->release({*held})));
        CHECK(wait_for(one.leases->renew({*held})).value().empty());
        const auto next = wait_for(two.leases->claim(name)).value();
        REQUIRE(next);
        CHECK(next->epoch == 2);
        where.let_all_leases_run_out();
        CHECK(wait_for(two.leases->renew({*next})).value().size() == 1);  // nobody has taken it since
        CHECK_FALSE(wait_for(one.leases->claim(name)).value());
        where.let_all_leases_run_out();
        const auto third = wait_for(one.leases->claim(name)).value();
        REQUIRE(third);
        CHECK(third->epoch == 3);
        CHECK(wait_for(two.leases->renew({*next})).value().empty());
        where.let_all_leases_run_out();
        CHECK(wait_for(one.leases->claim(name)).value()->epoch == 4);  // its own, too, once it has run out
    }
}

TEST_CASE("conformance: what nobody works on is taken by one, a part at a time") {
    store_under_test where(shared_store());
    INFO(name_of(where.kind));
    auto one = where.open(), two = where.open();
    for (std::uint64_t n = 1; n <= 10; ++n) {
        append_request r = opening(n);
        r.head.at_rest = n > 6;
        r.head.ended = n == 10;
        if (n == 8) r.head.state = "failed";
        if (n == 9) r.head.state = "termination_failed";
        if (n == 10) r.head.state = "failed";
        REQUIRE(append(one, r));
    }
    REQUIRE(wait_for(two.leases->claim(stream_number(1).text)).value());
    const left_alone all_of_these{"vm", {"active"}};
    CHECK(wait_for(one.leases->claim_unheld(100, all_of_these)).value().empty());
    const auto some = wait_for(one.leases->claim_unheld(3, {})).value();
    CHECK(some.size() == 3);
    const auto rest = wait_for(two.leases->claim_unheld(100, {})).value();
    std::set<std::string> all;
    for (const auto* list : {&some, &rest})
        for (const lease& l : *list) {
            CHECK(l.epoch == 1);
            CHECK(all.insert(l.name).second);
        }
    std::set<std::string> wanted;
    for (const std::uint64_t n : {2, 3, 4, 5, 6, 8, 9}) wanted.insert(stream_number(n).text);
    CHECK(all == wanted);
    CHECK(wait_for(one.leases->claim_unheld(100, {})).value().empty());
    REQUIRE(wait_for(two.leases->release(rest)));
    CHECK(wait_for(one.leases->claim_unheld(100, {})).value().size() == rest.size());
}

TEST_CASE("conformance: the registry keeps what it is given") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    slipway::registry& in = *store.registry;
    provider_record p;
    p.id = "p1";
    p.sealed_token = "sealed";
    p.recipients = {{"email", "a@b.example"}, {"telegram", "42"}};
    p.created_at = {1};
    p.changed_at = {2};
    REQUIRE(wait_for(in.put_provider(p)));
    CHECK(wait_for(in.provider("p1")).value() == p);
    CHECK_FALSE(wait_for(in.provider("p2")).value());
    p.recipients = {{"telegram", "43"}};
    p.changed_at = {3};
    provider_record again = p;
    again.created_at = {99};
    REQUIRE(wait_for(in.put_provider(again)));
    CHECK(wait_for(in.provider("p1")).value() == p);
    provider_record about = p;
    about.token_works = false;
    about.token_problem = "401";
    about.token_checked_at = {5};
    about.sealed_token = "another";
    REQUIRE(wait_for(in.note_token(about)));
    CHECK(wait_for(in.provider("p1")).value() == p);  // of another token
    about.sealed_token = p.sealed_token;
    REQUIRE(wait_for(in.note_token(about)));
    CHECK(wait_for(in.providers()).value().at(0) == about);

    offering_record o{"o1", "p1", "cx23", "nbg1", "ubuntu-24.04", 7, "", {1}, {2}};
    REQUIRE(wait_for(in.put_offering(o)));
    o.recipe = "#!/bin/sh\necho 'x'\n";
    o.changed_at = {3};
    REQUIRE(wait_for(in.put_offering(o)));
    CHECK(wait_for(in.offering("o1")).value() == o);
    CHECK(wait_for(in.offerings()).value().size() == 1);
    CHECK_FALSE(wait_for(in.offering("o2")).value());

    user_defaults d = wait_for(in.defaults("cli:alice")).value();
    CHECK(d == user_defaults{"cli:alice", {}, {}, {}});
    d.network = 0;
    d.ssh_key = 5;
    REQUIRE(wait_for(in.put_defaults(d)));
    CHECK(wait_for(in.defaults("cli:alice")).value() == d);
    d.network.reset();
    d.firewall = 7;
    REQUIRE(wait_for(in.put_defaults(d)));
    CHECK(wait_for(in.defaults("cli:alice")).value() == d);
}

TEST_CASE("conformance: the outbox loses no message and makes no second") {
    store_under_test where(GENERATE(store_kind::sqlite, store_kind::postgres));
    INFO(name_of(where.kind));
    auto store = where.open();
    slipway::outbox& in = *store.outbox;
    CHECK(wait_for(in.read_up_to()).value() == 0);
    outgoing late{"e1", "email", "a@b.example", "s", "line\nline", {1}, {900}, 0};
    outgoing early{"e1", "telegram", "42", "s", "b", {1}, {100}, 0};
    REQUIRE(wait_for(in.add({late, early}, 5)));
    outgoing changed = late;
    changed.body = "another";
    REQUIRE(wait_for(in.add({changed}, 6)));
    CHECK(wait_for(in.read_up_to()).value() == 6);
    CHECK(wait_for(in.pending(10)).value() == std::vector<outgoing>{early, late});
    CHECK(wait_for(in.pending(1)).value().size() == 1);
    early.attempts = 3;
    early.due_at = {1000};
    REQUIRE(wait_for(in.postpone(early)));
    CHECK(wait_for(in.pending(10)).value() == std::vector<outgoing>{late, early});
    REQUIRE(wait_for(in.done(late, "sent")));
    REQUIRE(wait_for(in.add({late}, 7)));
    REQUIRE(wait_for(in.add({late}, std::nullopt)));
    CHECK(wait_for(in.read_up_to()).value() == 7);
    CHECK(wait_for(in.pending(10)).value() == std::vector<outgoing>{early});
}

TEST_CASE("conformance: secrets are kept sealed, and sealed anew all or none") {
    store_under_test where(GENERATE(store_kind::sqlite, store_kind::postgres));
    INFO(name_of(where.kind));
    auto store = where.open();
    secret_store& in = *store.secrets;
    const kept_secret first{std::string(64, 'a'), "sealed one"}, second{std::string(64, 'b'), ""};
    CHECK_FALSE(wait_for(in.get("x")).value());
    CHECK(wait_for(in.put_if_absent("x", first)).value() == first);
    CHECK(wait_for(in.put_if_absent("x", second)).value() == first);
    REQUIRE(wait_for(in.replace("y", second)));
    CHECK(wait_for(in.get("y")).value() == second);
    provider_record p;
    p.id = "p1";
    p.sealed_token = "sealed token";
    p.recipients = {{"discord", "sealed webhook"}, {"telegram", "4711"}};
    REQUIRE(wait_for(store.registry->put_provider(p)));
    secret_store::reseal_function fails = [](const sealed_text& old) -> result<std::string> {
        if (old.purpose.what == sealed_kind::installation_secret) return make_error(error_kind::configuration, "no");
        return "changed";
    };
    CHECK_FALSE(wait_for(in.reseal_all(fails)));
    CHECK(wait_for(store.registry->provider("p1")).value()->sealed_token == "sealed token");
    std::vector<sealed_kind> kinds;
    secret_store::reseal_function works = [&](const sealed_text& old) -> result<std::string> {
        kinds.push_back(old.purpose.what);
        return old.sealed + "!";
    };
    REQUIRE(wait_for(in.reseal_all(works)));
    CHECK(kinds == std::vector<sealed_kind>{sealed_kind::provider_token, sealed_kind::discord_webhook,
                                            sealed_kind::installation_secret});
    CHECK(wait_for(store.registry->provider("p1")).value()->sealed_token == "sealed token!");
    CHECK(wait_for(store.registry->provider("p1")).value()->recipients ==
          std::vector<recipient>{{"discord", "sealed webhook!"}, {"telegram", "4711"}});
    CHECK(wait_for(in.get("x")).value()->sealed == "sealed one!");
    CHECK(wait_for(in.get("y")).value() == second);
}

TEST_CASE("conformance: documents are kept by kind and id") {
    store_under_test where(GENERATE(store_kind::sqlite, store_kind::postgres));
    INFO(name_of(where.kind));
    auto store = where.open();
    slipway::documents& in = *store.documents;
    CHECK(wait_for(in.add({"batch", "2", "two"})).value());
    CHECK(wait_for(in.add({"batch", "1", "one"})).value());
    CHECK(wait_for(in.add({"question", "1", "another kind"})).value());
    CHECK_FALSE(wait_for(in.add({"batch", "2", "again"})).value());
    REQUIRE(wait_for(in.put({"batch", "1", "changed"})));
    REQUIRE(wait_for(in.put({"batch", "3", "new"})));
    REQUIRE(wait_for(in.remove("question", "1")));
    REQUIRE(wait_for(in.remove("question", "1")));
    CHECK(wait_for(in.all("batch")).value() ==
          std::vector<document>{{"batch", "1", "changed"}, {"batch", "2", "two"}, {"batch", "3", "new"}});
    CHECK(wait_for(in.all("question")).value().empty());
}
