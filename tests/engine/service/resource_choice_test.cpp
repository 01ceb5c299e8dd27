// Which network, firewall and SSH key an order takes: with none, one and three of each, with a default and without.
#include "engine/service/resource_choice.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace slipway;
using namespace slipway::service;
using ids = std::vector<std::int64_t>;

namespace {

cloud_resource resource(std::int64_t id, std::string name, std::vector<std::string> zones = {}) {
    cloud_resource out;
    out.id = id;
    out.name = std::move(name);
    out.zones = std::move(zones);
    return out;
}

std::vector<cloud_resource> some(int count, std::int64_t from) {
    std::vector<cloud_resource> out;
    for (int i = 0; i < count; ++i) out.push_back(resource(from + i, "r" + std::to_string(from + i)));
    return out;
}

project_lists there_are(int of_each) {
    project_lists out;
    out.networks = some(of_each, 10);
    out.firewalls = some(of_each, 20);
    out.ssh_keys = some(of_each, 30);
    return out;
}

user_defaults preferring(std::optional<std::int64_t> network, std::optional<std::int64_t> firewall,
                         std::optional<std::int64_t> ssh_key) {
    user_defaults out;
    out.network = network;
    out.firewall = firewall;
    out.ssh_key = ssh_key;
    return out;
}

ids ids_of(const std::vector<cloud_resource>& from) {
    ids out;
    for (const cloud_resource& one : from) out.push_back(one.id);
    return out;
}

std::string detail_of(const failure& f, const std::string& field) {
    for (const field_error& one : f.fields)
        if (one.field == field) return one.detail;
    return {};
}

slipway::catalog two_zones() {
    slipway::catalog out;
    for (const auto& [name, zone] : {std::pair{"nbg1", "eu-central"}, {"hel1", "eu-central"}, {"ash", "us-east"}}) {
        slipway::catalog::location place;
        place.name = name;
        place.network_zone = zone;
        out.locations.push_back(place);
    }
    return out;
}

std::vector<candidate> candidates_in(const std::vector<std::string>& places) {
    std::vector<candidate> out;
    for (const std::string& place : places) out.push_back(candidate{"cx23", place, 1});
    return out;
}

}  // namespace

TEST_CASE("none of a kind: no network and no firewall are fine, an SSH key is needed") {
    vm_input with_key;
    with_key.public_key = "a line";
    const auto chosen = choose_resources(with_key, there_are(0), {});
    REQUIRE(chosen);
    CHECK_FALSE(chosen->network);
    CHECK(chosen->firewalls.empty());
    CHECK_FALSE(chosen->ssh_key);
    const auto none = choose_resources({}, there_are(0), preferring(10, 20, 30));
    REQUIRE_FALSE(none);
    CHECK(none.error().kind == error_kind::usage);
    REQUIRE(none.error().fields.size() == 1);
    CHECK(none.error().fields.front().field == "ssh_key");
}

TEST_CASE("the only one is taken, whatever the default says") {
    const auto chosen = choose_resources({}, there_are(1), GENERATE(user_defaults{}, preferring(99, 98, 97), preferring(0, 0, 30)));
    REQUIRE(chosen);
    CHECK(chosen->network.value().id == 10);
    CHECK(ids_of(chosen->firewalls) == ids{20});
    CHECK(chosen->ssh_key.value().id == 30);
}

TEST_CASE("of several the default is taken") {
    const auto chosen = choose_resources({}, there_are(3), preferring(12, 21, 30));
    REQUIRE(chosen);
    CHECK(chosen->network.value().id == 12);
    CHECK(ids_of(chosen->firewalls) == ids{21});
    CHECK(chosen->ssh_key.value().id == 30);
    const auto without = choose_resources({}, there_are(3), preferring(0, 0, 30));
    REQUIRE(without);
    CHECK_FALSE(without->network);
    CHECK(without->firewalls.empty());
}

TEST_CASE("several and no default: refused, with all of the lists at once") {
    const auto refused = choose_resources({}, there_are(3), {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == error_kind::usage);
    REQUIRE(refused.error().fields.size() == 3);
    for (const auto& [field, first] : {std::pair{"network", 10}, {"firewalls", 20}, {"ssh_key", 30}})
        for (int i = first; i < first + 3; ++i)
            CHECK_THAT(detail_of(refused.error(), field), test::contains(std::to_string(i) + " r" + std::to_string(i)));
}

TEST_CASE("a default that is gone is said to be, and is not replaced by another") {
    const auto refused = choose_resources({}, there_are(3), preferring(99, 98, 97));
    REQUIRE_FALSE(refused);
    CHECK_THAT(detail_of(refused.error(), "network"), test::contains("network 99 does not exist any more"));
    CHECK_THAT(detail_of(refused.error(), "firewalls"), test::contains("firewall 98 does not exist any more"));
    CHECK_THAT(detail_of(refused.error(), "ssh_key"), test::contains("SSH key 97 does not exist any more"));
}

TEST_CASE("what is named wins over the rules, and must exist") {
    vm_input named;
    named.network = 11;
    named.firewalls = ids{22, 20, 22};
    named.ssh_key_id = 32;
    const auto chosen = choose_resources(named, there_are(3), preferring(10, 21, 30));
    REQUIRE(chosen);
    CHECK(chosen->network.value().id == 11);
    CHECK(ids_of(chosen->firewalls) == ids{22, 20});
    CHECK(chosen->ssh_key.value().id == 32);
    const int of_each = GENERATE(0, 1);
    const auto refused = choose_resources(named, there_are(of_each), preferring(10, 20, 30));
    REQUIRE_FALSE(refused);
    CHECK_THAT(detail_of(refused.error(), "network"), test::contains("no network 11"));
    CHECK_THAT(detail_of(refused.error(), "firewalls"), test::contains("no firewall 22"));
    CHECK_THAT(detail_of(refused.error(), "ssh_key"), test::contains("no SSH key 32"));
}

TEST_CASE("none is taken at its word, and needs no list") {
    vm_input none;
    none.network = 0;
    none.firewalls = ids{};
    none.public_key = "a line";
    CHECK_FALSE(needs_networks(none));
    CHECK_FALSE(needs_firewalls(none));
    CHECK_FALSE(needs_ssh_keys(none));
    const auto chosen = choose_resources(none, there_are(GENERATE(1, 3)), preferring(10, 20, 30));
    REQUIRE(chosen);
    CHECK_FALSE(chosen->network);
    CHECK(chosen->firewalls.empty());
    CHECK_FALSE(chosen->ssh_key);
}

TEST_CASE("an order's own key needs none of the project's") {
    vm_input own;
    own.public_key = "a line";
    const auto chosen = choose_resources(own, there_are(3), preferring(10, 20, std::nullopt));
    REQUIRE(chosen);
    CHECK_FALSE(chosen->ssh_key);
}

TEST_CASE("a server has at most five firewalls") {
    project_lists there;
    there.firewalls = some(6, 20);
    vm_input many;
    many.public_key = "a line";
    many.firewalls = ids{20, 21, 22, 23, 24};
    CHECK(choose_resources(many, there, {}));
    many.firewalls->push_back(25);
    CHECK_THAT(choose_resources(many, there, {}).error().message, test::contains("at most 5 firewalls"));
}

TEST_CASE("places outside the network's zones are dropped") {
    const auto left = within_reach(resource(10, "backend", {"eu-central"}), two_zones(), candidates_in({"ash", "nbg1", "hel1"}));
    REQUIRE(left);
    REQUIRE(left->size() == 2);
    CHECK(left->front().location == "nbg1");
    CHECK(left->back().location == "hel1");
}

TEST_CASE("where no place is left, network, zones and places are named") {
    const auto none = within_reach(resource(10, "backend", {"eu-central", "eu-central"}), two_zones(), candidates_in({"ash", "ash"}));
    REQUIRE_FALSE(none);
    CHECK(none.error().fields.front().field == "network");
    CHECK_THAT(none.error().message, test::contains("backend (10)"));
    CHECK_THAT(none.error().message, test::contains("zone eu-central only"));
    CHECK_THAT(none.error().message, test::contains("and ash is in us-east:"));
    const auto bare = within_reach(resource(10, "backend"), two_zones(), candidates_in({"nbg1"}));
    CHECK_THAT(bare.error().message, test::contains("no subnet"));
}

TEST_CASE("a default must exist") {
    defaults_input input;
    CHECK(check_defaults(input, there_are(0)));
    input.network = 11;
    input.firewall = 0;
    input.ssh_key = 30;
    CHECK(check_defaults(input, there_are(3)));
    const auto gone = check_defaults(input, there_are(1));
    REQUIRE_FALSE(gone);
    REQUIRE(gone.error().fields.size() == 1);
    CHECK(gone.error().fields.front().field == "network");
    input.network = 10;
    input.ssh_key = 0;
    CHECK(check_defaults(input, there_are(1)).error().fields.front().field == "ssh_key");
}
