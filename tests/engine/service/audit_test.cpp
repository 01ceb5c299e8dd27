// What an audit makes of an inventory: pure values in, findings out.
#include "engine/service/audit.hpp"

#include "engine/runtime/ownership.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::service;

namespace {

const std::string this_install = "this_install-1";
const std::string provider = "acme";

stream_id stream(const std::string& text) { return {text}; }

cloud_server server_of(std::int64_t id, const std::string& owner, const std::string& by = this_install) {
    cloud_server s;
    s.id = id;
    s.name = "dc-" + owner;
    s.server_type = "cx23";
    s.location = "nbg1";
    s.labels = server_labels({by, stream(owner), {}, {}, {}}, {});
    return s;
}

cloud_resource key_of(std::int64_t id, const std::string& owner) {
    cloud_resource k;
    k.id = id;
    k.name = "dc-" + owner;
    k.labels = key_labels(this_install, stream(owner));
    return k;
}

// A live VM as the log has it.
service::stream_view life_of(const std::string& owner, std::int64_t server, std::int64_t key) {
    service::stream_view l;
    l.stream = stream(owner);
    l.state.version = 7;
    l.state.data.spec.provider = provider;
    if (server != 0) l.state.data.server = server_reference{server, "dc-" + owner, "cx23", "nbg1", "", "", {}, ""};
    if (key != 0) l.state.data.key = key_reference{key, true};
    return l;
}

std::vector<std::string> said(const std::vector<audit_finding>& found) {
    std::vector<std::string> out;
    for (const audit_finding& f : found) out.push_back(std::string(name(f.what)) + " " + std::string(name(f.kind)) + " " + std::to_string(f.id));
    return out;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("where Hetzner and the log agree there is nothing to find") {
    const std::vector<service::stream_view> lives{life_of("a", 1, 11), life_of("b", 2, 11)};
    const inventory there{{server_of(1, "a"), server_of(2, "b")}, {key_of(11, "a")}};
    CHECK(compare(this_install, provider, there, lives, lives, nullptr).empty());
}

TEST_CASE("what nothing needs any more is an orphan, what another installation made is foreign") {
    const std::vector<service::stream_view> lives{life_of("a", 1, 11)};
    const inventory there{{server_of(1, "a"), server_of(2, "gone"), server_of(3, "a"), server_of(4, "x", "this_install-2")},
                          {key_of(11, "a"), key_of(12, "gone")}};
    CHECK(said(compare(this_install, provider, there, lives, lives, nullptr)) ==
          lines{"orphan server 2", "orphan server 3", "foreign server 4", "orphan ssh_key 12"});
}

TEST_CASE("keys and servers that are not slipway's are nobody's business") {
    inventory there;
    cloud_resource mine;
    mine.id = 5;
    mine.name = "laptop";
    there.ssh_keys.push_back(mine);
    CHECK(compare(this_install, provider, there, {}, {}, nullptr).empty());
}

TEST_CASE("a server that the log has and Hetzner has not has vanished") {
    const std::vector<service::stream_view> lives{life_of("a", 1, 0)};
    const auto found = compare(this_install, provider, {}, lives, lives, nullptr);
    REQUIRE(said(found) == lines{"vanished server 1"});
    CHECK(found.front().stream == "a");
}

TEST_CASE("one project under two names: what the other one's contract has is no orphan here, and not missed here") {
    auto other = life_of("b", 2, 12);
    other.state.data.spec.provider = "direct";
    const std::vector<service::stream_view> lives{life_of("a", 1, 11), other};
    const inventory there{{server_of(1, "a"), server_of(2, "b")}, {key_of(11, "a"), key_of(12, "b")}};
    CHECK(compare(this_install, provider, there, lives, lives, nullptr).empty());
    const inventory without_b{{server_of(1, "a")}, {key_of(11, "a")}};
    CHECK(compare(this_install, provider, without_b, lives, lives, nullptr).empty());
}

TEST_CASE("a server that is being deleted has not vanished") {
    auto ending = life_of("a", 1, 0);
    while (!ending.state.in("terminating")) ++ending.state.at;
    CHECK(compare(this_install, provider, {}, {ending}, {ending}, nullptr).empty());
}

TEST_CASE("what comes or goes while the inventory is on its way is no finding") {
    SECTION("created meanwhile") {
        CHECK(compare(this_install, provider, {}, {life_of("a", 0, 0)}, {life_of("a", 1, 0)}, nullptr).empty());
    }
    SECTION("ended meanwhile") {
        const inventory there{{server_of(1, "a")}, {key_of(11, "a")}};
        CHECK(compare(this_install, provider, there, {life_of("a", 1, 11)}, {}, nullptr).empty());
    }
    SECTION("a request whose answer was lost may have made it") {
        auto waiting = life_of("a", 0, 0);
        waiting.state.data.server_unknown = 1;
        waiting.state.data.key_unknown = 1;
        const inventory there{{server_of(1, "a")}, {key_of(11, "a")}};
        CHECK(compare(this_install, provider, there, {waiting}, {waiting}, nullptr).empty());
    }
}

TEST_CASE("what could not be deleted is named until it is gone, with its price") {
    auto failed_one = life_of("a", 0, 0);
    failed_one.state.data.leaked = {{resource_kind::server, 1, "dc-a", "protected"}, {resource_kind::ssh_key, 11, "dc-a", "no answer"}};
    failed_one.state.data.last_server = server_reference{1, "dc-a", "cx23", "nbg1", "", "", {}, ""};
    slipway::catalog prices;
    prices.currency = "EUR";
    catalog::server_type type;
    type.name = "cx23";
    catalog::offer offer;
    offer.location = "nbg1";
    offer.price = catalog::price{{"0.0056", "0.0067"}, {"3.49", "4.15"}};
    type.offers.push_back(offer);
    prices.server_types.push_back(type);
    const auto found = compare(this_install, provider, {{server_of(1, "a")}, {key_of(11, "a")}}, {failed_one}, {failed_one}, &prices);
    REQUIRE(said(found) == lines{"leaked server 1", "leaked ssh_key 11"});
    CHECK(found.front().cost_per_day == "0.1344 EUR net");
    CHECK(compare(this_install, provider, {}, {failed_one}, {failed_one}, nullptr).empty());  // deleted by hand, both of them
    for (const auto& f : found) CHECK_THAT(advice_on(f), test::contains(std::to_string(f.id)));
}
