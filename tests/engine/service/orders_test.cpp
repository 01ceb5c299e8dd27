// Contracts and VMs: orders, their repetition, their plan, and their ends.
#include "tests/engine/service/fixture.hpp"

#include <algorithm>

using namespace slipway;
using namespace slipway::test;
using fields = std::vector<std::string>;

TEST_CASE("a contract becomes a VM and ends") {
    service_fixture f;
    const auto contract = f.active_contract("c-1");
    CHECK(contract.state.in("active"));
    CHECK(contract.state.data.owner == "buyer");
    CHECK(contract.created_at < contract.changed_at);
    CHECK_FALSE(contract.terminated_at);
    const auto ended = f.ask(f.market->end_contract("c-1", "cancelled", f.from("buyer")));
    REQUIRE(ended);
    CHECK(ended->state.in("terminating"));
    REQUIRE(f.host.run_until_at_rest(ended->stream));
    const auto gone = f.ask(f.market->find("contract", "c-1", f.from("buyer"))).value();
    CHECK(gone.state.in("terminated"));
    CHECK(gone.terminated_at == gone.changed_at);
    CHECK(gone.state.data.end_reason == "cancelled");
    const auto again = f.ask(f.market->end_contract("c-1", "expired", f.from("buyer")));
    CHECK(again.error().kind == error_kind::refused);
}

TEST_CASE("what is wrong with a contract is said, by field") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    REQUIRE(f.put_offering("small"));
    auto input = service_fixture::input_for("large");
    CHECK(fields_of(f.ask(f.market->accept_contract(input, f.from("buyer"))).error()) == fields{"offering"});
    input.offering = "small";
    input.public_key = "ssh-dss AAAA";
    CHECK(fields_of(f.ask(f.market->accept_contract(input, f.from("buyer"))).error()) == fields{"ssh_pubkey"});
    input.public_key = buyers_key;
    input.expires_at = f.u.wall();
    CHECK(fields_of(f.ask(f.market->accept_contract(input, f.from("buyer"))).error()) == fields{"expires_at"});
    CHECK(f.u.log.all_heads().empty());
    CHECK(f.ask(f.market->end_contract("c-9", "cancelled", f.from("buyer"))).error().kind == error_kind::not_found);
}

TEST_CASE("the same idempotency key gives the same answer, with another request a refusal") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    REQUIRE(f.put_offering("small"));
    const auto first = f.accept("", f.from("buyer", "key-1"));
    REQUIRE(first);
    const auto second = f.accept("", f.from("buyer", "key-1"));
    REQUIRE(second);
    CHECK(second->stream == first->stream);
    const auto other = f.accept("", f.from("buyer", "key-1", "another digest"));
    CHECK(other.error().kind == error_kind::usage);
    const auto third = f.accept("", f.from("buyer", "key-2"));
    REQUIRE(third);
    CHECK(third->stream != first->stream);
}

TEST_CASE("of two requests with one key at the same moment one is answered, the other as a repetition or as a misuse") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    REQUIRE(f.put_offering("small"));
    const auto input = service_fixture::input_for("small");
    std::vector<service::answer<service::stream_view>> answers;
    for (const char* digest : {"one", "one", "another"})
        boost::asio::co_spawn(f.host.loop(), f.market->accept_contract(input, f.from("buyer", "key-1", digest)),
                              [&](std::exception_ptr, auto given) { answers.push_back(std::move(given)); });
    f.host.run_for(1s);
    REQUIRE(answers.size() == 3);
    REQUIRE(answers[0]);
    REQUIRE(answers[1]);
    CHECK(answers[1]->stream == answers[0]->stream);
    REQUIRE_FALSE(answers[2]);
    CHECK(answers[2].error().kind == error_kind::usage);
    CHECK(f.u.log.all_heads().size() == 1);
}

TEST_CASE("a key is not used up by a request that was refused") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    REQUIRE(f.put_offering("small"));
    auto input = service_fixture::input_for("large");
    CHECK_FALSE(f.ask(f.market->accept_contract(input, f.from("buyer", "key-1", "one"))));
    input.offering = "small";
    CHECK(f.ask(f.market->accept_contract(input, f.from("buyer", "key-1", "mended"))));
}

TEST_CASE("a new order is looked for by its key and by its name, and read nothing of") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    REQUIRE(f.put_offering("small"));
    f.host.run_for(1s);  // the engine has looked for what is unfinished
    const int before = f.calls(site::read_log);
    REQUIRE(f.accept("c-1", f.from("buyer", "key-1")));
    CHECK(f.calls(site::read_log) == before + 2);
}

TEST_CASE("a batch that was cut in half is completed by the same request") {
    service_fixture f;
    auto three = f.vm("web");
    three.count = 3;
    f.fail(site::append, 2, fault::crash_before);  // of the second VM's first event
    bool answered = false;
    boost::asio::co_spawn(f.host.loop(), f.market->request_vms(three, f.from("cli:alice", "batch")),
                          [&](std::exception_ptr, const auto&) { answered = true; });
    f.host.run_until([&] { return answered || f.u.crashes > 0; }, 1h);
    REQUIRE(f.u.crashes == 1);
    REQUIRE(f.host.run_until([&] { return f.host.reachable(); }, 1h));
    f.begin();
    const auto all = f.ask(f.market->request_vms(three, f.from("cli:alice", "batch")));
    REQUIRE(all);
    REQUIRE(all->size() == 3);
    for (const auto& one : *all) REQUIRE(f.host.run_until_at_rest(one.stream));
    CHECK(f.u.cloud.servers().size() == 3);
}

TEST_CASE("VMs are ordered by name and count, with the configuration's types where none are named") {
    service_fixture f;
    auto two = f.vm("web");
    two.count = 2;
    two.labels = {{"team", "blue"}};
    const auto ordered = f.ask(f.market->request_vms(two, f.from("cli:alice")));
    REQUIRE(ordered);
    REQUIRE(ordered->size() == 2);
    CHECK(ordered->front().state.data.spec.name == "web");
    CHECK(ordered->back().state.data.spec.name == "web1");
    CHECK(ordered->front().state.data.spec.key_name == "slipway-web");
    CHECK(ordered->front().state.data.spec.candidates.size() == 2);  // cx23 in nbg1, then in fsn1
    CHECK(ordered->front().state.data.owner == "cli:alice");
    const auto again = f.ask(f.market->request_vms(f.vm("web"), f.from("cli:bob")));
    CHECK(again.error().kind == error_kind::refused);
    for (const auto& one : *ordered) REQUIRE(f.host.run_until_at_rest(one.stream));
    const auto ended = f.ask(f.market->end_vm("web1", f.from("cli:alice")));
    REQUIRE(ended);
    REQUIRE(f.host.run_until_at_rest(ended->stream));
    CHECK(f.ask(f.market->find("vm", "web1", f.from("cli:alice")))->state.in("terminated"));
    CHECK(f.ask(f.market->find("vm", "web", f.from("cli:alice")))->state.in("active"));
}

TEST_CASE("an order that cannot be is refused before anything is written") {
    service_fixture f;
    CHECK(fields_of(f.ask(f.market->request_vms(f.vm("Not A Name"), f.from("a"))).error()) == fields{"name"});
    auto labelled = f.vm("web");
    labelled.labels = {{"slipway-stream", "x"}};
    CHECK(fields_of(f.ask(f.market->request_vms(labelled, f.from("a"))).error()) == fields{"labels"});
    auto keyless = f.vm("web");
    keyless.public_key = "no key";
    CHECK(fields_of(f.ask(f.market->request_vms(keyless, f.from("a"))).error()) == fields{"ssh_pubkey"});
    auto odd = f.vm("web");
    odd.server_types = {"cx99"};
    CHECK(f.ask(f.market->request_vms(odd, f.from("a"))).error().kind == error_kind::usage);
    f.projects->catalog_answers = false;
    CHECK(f.ask(f.market->request_vms(f.vm("web"), f.from("a"))).error().kind == error_kind::unreachable);
    CHECK(f.u.log.all_heads().empty());
}

TEST_CASE("a plan says what would be ordered and what it costs, and orders nothing") {
    service_fixture f;
    auto two = f.vm("web");
    two.count = 2;
    two.server_types = {"cx23", "cx33"};
    two.key_name = "laptop";
    const auto plan = f.ask(f.market->plan_vms(two, f.from("cli:alice")));
    REQUIRE(plan);
    CHECK(plan->names == std::vector<std::string>{"web", "web1"});
    REQUIRE(plan->choices.size() == 3);  // cx33 is not sold in fsn1
    CHECK(plan->choices[0].where.server_type == "cx23");
    CHECK(plan->choices[0].where.location == "nbg1");
    REQUIRE(plan->choices[0].price);
    CHECK(plan->choices[0].price->monthly.net == "3.9900");  // with the address
    CHECK(plan->choices[0].price->with_ipv4);
    CHECK(plan->choices[2].where.server_type == "cx33");
    CHECK(plan->request == R"({"name":"web","server_type":"cx23"})");
    CHECK_THAT(plan->key, contains("laptop (MD5:"));
    CHECK(f.u.log.all_heads().empty());
    CHECK(f.u.cloud.servers().empty());
    two.locations = {"mars1"};
    CHECK(f.ask(f.market->plan_vms(two, f.from("cli:alice"))).error().kind == error_kind::usage);
}

TEST_CASE("a process that only reads takes no commands") {
    service_fixture f;
    f.active_contract("c-1");
    f.begin(true);
    const auto refused = f.ask(f.market->end_contract("c-1", "cancelled", f.from("buyer")));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == error_kind::refused);
    CHECK(f.ask(f.market->find("contract", "c-1", f.from("buyer")))->state.in("active"));
}
