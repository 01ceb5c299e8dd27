// Networks, firewalls and the project's SSH keys in orders, over the simulated world; defaults; and what is known of a
// project while Hetzner is away.
#include "tests/engine/service/fixture.hpp"

using namespace slipway;
using namespace slipway::test;
using fields = std::vector<std::string>;
using ids = std::vector<std::int64_t>;

namespace {

cloud_resource resource(std::int64_t id, const std::string& name, const std::string& zone = {}) {
    cloud_resource out;
    out.id = id;
    out.name = name;
    if (!zone.empty()) out.zones.push_back(zone);
    return out;
}

struct networks_fixture : service_fixture {
    void has_network(std::int64_t id, const std::string& zone = "eu-central") {
        u.cloud.networks[id] = resource(id, "net" + std::to_string(id), zone);
    }
    void has_firewall(std::int64_t id) { u.cloud.firewalls[id] = resource(id, "wall" + std::to_string(id)); }
    std::int64_t has_key(const std::string& name, const std::string& line = buyers_key) {
        new_ssh_key key;
        key.name = name;
        key.public_key = line;
        return u.cloud.create_ssh_key(key)->id;
    }
    service::answer<service::order_plan> plan(const service::vm_input& input, const std::string& who = "discord:1") {
        return ask(market->plan_vms(input, from(who)));
    }
    service::answer<std::vector<service::stream_view>> order(const service::vm_input& input, const std::string& who = "discord:1") {
        return ask(market->request_vms(input, from(who)));
    }
    service::answer<user_defaults> prefer(std::optional<std::int64_t> network, std::optional<std::int64_t> ssh_key,
                                          std::optional<std::int64_t> firewall, const std::string& who = "discord:1") {
        service::defaults_input input;
        input.network = network;
        input.ssh_key = ssh_key;
        input.firewall = firewall;
        return ask(market->set_defaults(input, from(who)));
    }
    const simulated_server& only_server() {
        REQUIRE(u.cloud.servers().size() == 1);
        return u.cloud.servers().begin()->second;
    }
};

}  // namespace

TEST_CASE("a VM is made with the project's only network, firewall and key") {
    networks_fixture f;
    f.has_network(71);
    f.has_firewall(81);
    const auto key = f.has_key("team");
    auto input = f.vm("web1");
    input.public_key.clear();
    const auto planned = f.plan(input);
    REQUIRE(planned);
    CHECK(planned->network.value().name == "net71");
    CHECK(planned->firewalls.at(0).id == 81);
    CHECK_THAT(planned->key, contains("team (MD5:"));
    CHECK_THAT(planned->request, contains(R"("networks":[71])"));
    CHECK_THAT(planned->request, contains(R"("firewalls":[{"firewall":81}])"));
    CHECK(f.u.log.all_heads().empty());
    const auto ordered = f.order(input);
    REQUIRE(ordered);
    CHECK(ordered->front().state.data.spec.network == 71);
    CHECK(ordered->front().state.data.spec.firewalls == ids{81});
    REQUIRE(f.host.run_until_at_rest(ordered->front().stream));
    const auto made = f.ask(f.market->find("vm", "web1", f.from("discord:1"))).value();
    CHECK(made.state.in("active"));
    CHECK(made.state.data.key.value().id == key);
    CHECK_FALSE(made.state.data.key.value().ours);
    CHECK(f.only_server().networks == ids{71});
    CHECK(f.only_server().firewalls == ids{81});
}

TEST_CASE("three of each: refused until the asker has defaults, which are the asker's alone") {
    networks_fixture f;
    for (const std::int64_t i : {1, 2, 3}) {
        f.has_network(70 + i);
        f.has_firewall(80 + i);
    }
    const auto key = f.has_key("team");
    f.has_key("other", "ssh-ed25519 AAAAother other");
    auto input = f.vm("web1");
    input.public_key.clear();
    CHECK(fields_of(f.plan(input).error()) == fields{"network", "firewalls", "ssh_key"});
    CHECK(fields_of(f.order(input).error()) == fields{"network", "firewalls", "ssh_key"});
    CHECK(f.u.log.all_heads().empty());
    CHECK(fields_of(f.prefer(79, 999, 89).error()) == fields{"network", "firewall", "ssh_key"});
    CHECK_FALSE(f.ask(f.market->defaults(f.from("discord:1"))).value().network);
    REQUIRE(f.prefer(72, key, 83));
    f.begin();  // they are kept
    CHECK(f.ask(f.market->defaults(f.from("discord:1"))).value().network == 72);
    CHECK(fields_of(f.order(input, "discord:2").error()) == fields{"network", "firewalls", "ssh_key"});
    const auto ordered = f.order(input);
    REQUIRE(ordered);
    CHECK(ordered->front().state.data.spec.network == 72);
    CHECK(ordered->front().state.data.spec.firewalls == ids{83});
    CHECK(ordered->front().state.data.spec.key_name == "team");
    // A default that is gone is no reason to take another one.
    f.u.cloud.networks.erase(72);
    input.name = "web2";
    CHECK_THAT(f.order(input).error().message, contains("default network 72 does not exist any more"));
}

TEST_CASE("what is gone since the last look is found out before anything is ordered") {
    networks_fixture f;
    f.has_network(71);
    auto input = f.vm("web1");
    input.network = 71;
    REQUIRE(f.plan(input));
    f.u.cloud.networks.erase(71);
    CHECK(fields_of(f.order(input).error()) == fields{"network"});
    CHECK(f.u.log.all_heads().empty());
    f.has_network(72);
    f.has_network(73);
    input.network.reset();
    CHECK(fields_of(f.order(input).error()) == fields{"network"});
}

TEST_CASE("a network that goes between order and server is a failure with its number, and nothing stays") {
    networks_fixture f;
    f.has_network(71);
    f.has_firewall(81);
    auto input = f.vm("web1");
    input.locations = {"nbg1"};
    const auto ordered = f.order(input);
    REQUIRE(ordered);
    f.u.cloud.networks.erase(71);
    REQUIRE(f.host.run_until_at_rest(ordered->front().stream));
    const auto failed = f.ask(f.market->find("vm", ordered->front().stream.text, f.from("discord:1"))).value();
    CHECK(failed.state.in("failed"));
    CHECK_THAT(failed.state.data.failure.value().message, contains("network 71, firewall 81"));
    CHECK(f.u.cloud.servers().empty());
    CHECK(f.u.cloud.keys().empty());
}

TEST_CASE("a VM that is not attached to its network is not handed over, however well it answers") {
    networks_fixture f;
    f.has_network(71);
    const auto ordered = f.order(f.vm("web1"));
    REQUIRE(ordered);
    REQUIRE(f.host.run_until([&] { return !f.u.cloud.servers().empty(); }, 1h));
    f.u.cloud.networks.erase(71);
    REQUIRE(f.host.run_until_at_rest(ordered->front().stream));
    const auto failed = f.ask(f.market->find("vm", ordered->front().stream.text, f.from("discord:1"))).value();
    CHECK(failed.state.in("failed"));
    CHECK_THAT(failed.state.data.failure.value().message, contains("not attached to its network"));
    CHECK(f.u.cloud.servers().empty());
}

TEST_CASE("a network in another zone leaves only the places that it reaches") {
    networks_fixture f;
    f.has_network(71, "us-east");
    const auto refused = f.order(f.vm("web1"));
    CHECK(fields_of(refused.error()) == fields{"network"});
    CHECK_THAT(refused.error().message, contains("nbg1 is in eu-central"));
    CHECK(f.u.log.all_heads().empty());
    auto without = f.vm("web1");
    without.network = 0;
    CHECK(f.order(without));
}

TEST_CASE("a key of the project that cannot be used is an error of its field") {
    networks_fixture f;
    const auto key = f.has_key("odd", "ssh-dss AAAAodd odd");
    auto input = f.vm("web1");
    input.public_key.clear();
    input.ssh_key_id = key;
    CHECK(fields_of(f.plan(input).error()) == fields{"ssh_key"});
}

TEST_CASE("a repeated order answers as before, whatever has become of the networks") {
    networks_fixture f;
    f.has_network(71);
    const auto first = f.ask(f.market->request_vms(f.vm("web1"), f.from("discord:1", "k")));
    REQUIRE(first);
    f.has_network(72);
    const auto again = f.ask(f.market->request_vms(f.vm("web1"), f.from("discord:1", "k")));
    REQUIRE(again);
    CHECK(again->front().stream == first->front().stream);
}

TEST_CASE("what is known of a project is there while Hetzner is away") {
    networks_fixture f;
    f.has_network(71);
    CHECK_FALSE(f.market->known_catalog(""));
    REQUIRE(f.ask(f.market->catalog("", f.from("discord:1"))));
    f.projects->catalog_answers = f.projects->lists_answer = false;
    const int read = f.projects->catalogs_read;
    const auto known = f.market->known_catalog("direct");
    REQUIRE(known);
    CHECK(known->networks.at(0).id == 71);
    CHECK_FALSE(known->offers->images.empty());
    CHECK(f.ask(f.market->refresh("", f.from("discord:1"))).error().kind == error_kind::unreachable);
    CHECK(f.market->known_catalog(""));
    f.projects->catalog_answers = f.projects->lists_answer = true;
    f.has_network(72);
    REQUIRE(f.ask(f.market->refresh("", f.from("discord:1"))));
    CHECK(f.market->known_catalog("")->networks.size() == 2);
    CHECK(f.projects->catalogs_read == read + 1);
}

TEST_CASE("an order takes lists of the last hour where Hetzner does not answer, and none that are older") {
    networks_fixture f;
    f.has_network(71);
    CHECK(f.plan(f.vm("web0")));
    f.projects->lists_answer = false;
    const auto ordered = f.order(f.vm("web1"));
    REQUIRE(ordered);
    CHECK(ordered->front().state.data.spec.network == 71);
    f.host.run_for(2h);
    CHECK(f.order(f.vm("web2")).error().kind == error_kind::unreachable);
}
