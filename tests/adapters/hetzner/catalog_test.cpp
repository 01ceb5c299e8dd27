#include "engine/service/catalog_rules.hpp"
#include "adapters/hetzner/catalog_wire.hpp"
#include "engine/service/near_names.hpp"
#include "tests/adapters/hetzner/catalog_pages.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::hetzner;
using namespace slipway::service;

namespace {

const timestamp now = *parse_rfc3339("2026-11-20T14:00:00Z");

slipway::catalog sample() {
    return *read_catalog(
        catalog_document(now, test::server_types(), test::locations(), test::images(), test::pricing()));
}

std::vector<candidate> one(std::string type, std::string place) {
    candidate out;
    out.server_type = std::move(type);
    out.location = std::move(place);
    return std::vector<candidate>(1, out);
}

std::string only(const std::vector<problem>& problems) {
    REQUIRE(problems.size() == 1);
    return problems.front().sentence;
}

}  // namespace

TEST_CASE("the catalog is read") {
    const catalog c = sample();
    REQUIRE(c.server_types.size() == 3);
    const server_type* type = find_type(c, "cx23");
    REQUIRE(type != nullptr);
    CHECK(type->id == 114);
    CHECK(type->cores == 2);
    CHECK(type->memory_gb == 4);
    CHECK(type->disk_gb == 40);
    CHECK(type->architecture == "x86");
    CHECK(type->category == "Cost-Optimized");
    REQUIRE(type->in("fsn1") != nullptr);
    CHECK(type->in("fsn1")->sold);
    CHECK_FALSE(type->in("fsn1")->available);
    CHECK(type->in("fsn1")->recommended);
    CHECK(type->in("nbg1")->available);
    CHECK_FALSE(type->in("ash")->sold);  // a price alone proves nothing
    CHECK(type->in("hel1") == nullptr);
    CHECK(find_location(c, "hel1")->city == "Helsinki");
    CHECK(find_type(c, "nope") == nullptr);
    CHECK(find_location(c, "nope") == nullptr);
    CHECK(c.images.size() == 5);
    CHECK(c.images.back().type == "snapshot");
    CHECK(c.currency == "EUR");
    CHECK(c.vat_rate == "19.00");
    CHECK(c.fetched_at == now);
}

TEST_CASE("odd entries do not spoil the catalog") {
    auto types = test::server_types();
    types.push_back(nlohmann::json());
    types.push_back("x");
    types.push_back(nlohmann::json::object());
    types[0]["cores"] = "two";
    types[0]["prices"] = 7;
    types[0]["deprecation"] = "soon";
    const auto c = read_catalog(catalog_document(now, types, test::locations(), test::images(),
                                                 nlohmann::json::parse(R"({"primary_ips":null})")));
    REQUIRE(c.has_value());
    CHECK(c->server_types.size() == 3);
    CHECK(c->currency.empty());
    CHECK_FALSE(price_of(*c, "cx23", "nbg1").has_value());
    types[0].erase("locations");
    types[0]["prices"] = test::server_types()[0]["prices"];
    const auto old = read_catalog(catalog_document(now, types, test::locations(), test::images(), {}));
    CHECK(old->server_types[0].in("ash")->sold);
}

TEST_CASE("a document that is no catalog is none") {
    const std::string text = GENERATE(as<std::string>{}, "null", "[]", "{}", R"({"format":1})",
                                      R"({"format":1,"fetched_at":1,"server_types":[],"locations":[],"images":[]})",
                                      R"({"format":2,"fetched_at":1})");
    CHECK_FALSE(read_catalog(nlohmann::json::parse(text)).has_value());
}

TEST_CASE("an image is found by name and architecture, or by id") {
    const catalog c = sample();
    CHECK(resolve_image(c, "ubuntu-24.04", "x86")->id == 161547269);
    CHECK(resolve_image(c, "ubuntu-24.04", "arm")->id == 161547270);
    CHECK(resolve_image(c, "161547270", "arm")->id == 161547270);
    CHECK(resolve_image(c, "161547270", "x86") == nullptr);
    CHECK(resolve_image(c, "debian-13", "arm") == nullptr);
    CHECK(resolve_image(c, "wireguard", "x86")->deprecated.has_value());
    CHECK(resolve_image(c, "", "x86") == nullptr);
    CHECK(resolve_image(c, "5", "x86")->type == "snapshot");
    CHECK(resolve_image(c, "5", "arm") == nullptr);
}

TEST_CASE("a good order has no problem, and gets its image's id") {
    const catalog c = sample();
    auto wanted = one("cx23", "nbg1");
    wanted.push_back(one("cx23", "fsn1").front());  // not available just now: Hetzner has the last word
    wanted.push_back(one("cax11", "hel1").front());
    CHECK(validate(c, wanted, "ubuntu-24.04", now).empty());
    const auto good = orderable(c, wanted, "ubuntu-24.04", now);
    REQUIRE(good.size() == 3);
    CHECK(good[0].image_id == 161547269);
    CHECK(good[1].location == "fsn1");
    CHECK(good[2].image_id == 161547270);
}

TEST_CASE("what is wrong is said in a sentence with a way out") {
    const catalog c = sample();
    using test::contains;
    CHECK(only(validate(c, one("cx24", "nbg1"), "ubuntu-24.04", now)) ==
          "Hetzner has no server type \"cx24\"; did you mean cx23?");
    CHECK(only(validate(c, one("huge", "nbg1"), "ubuntu-24.04", now)) ==
          "Hetzner has no server type \"huge\"; it has cax11 and cx23.");
    CHECK(only(validate(c, one("cx23", "nbg2"), "ubuntu-24.04", now)) ==
          "Hetzner has no location \"nbg2\"; did you mean nbg1?");
    CHECK(only(validate(c, one("cx23", "moon"), "ubuntu-24.04", now)) ==
          "Hetzner has no location \"moon\"; it has ash, fsn1, hel1 and nbg1.");
    CHECK(only(validate(c, one("cx23", "nbg1"), "ubuntu-2404", now)) ==
          "Hetzner has no image \"ubuntu-2404\"; did you mean ubuntu-24.04?");
    CHECK(only(validate(c, one("cx23", "ash"), "ubuntu-24.04", now)) ==
          "Server type cx23 is not sold in ash; it is in fsn1 and nbg1.");
    CHECK(only(validate(c, one("cx23", "hel1"), "ubuntu-24.04", now)) ==
          "Server type cx23 is not sold in hel1; it is in fsn1 and nbg1.");
    CHECK(only(validate(c, one("cax11", "nbg1"), "ubuntu-24.04", now)) ==
          "Server type cax11 is not sold in nbg1 any more since 2026-06-01; it is in hel1.");
    CHECK(only(validate(c, one("cx22", "nbg1"), "ubuntu-24.04", now)) ==
          "Server type cx22 cannot be ordered any more since 2026-01-01; choose another one.");
    CHECK(only(validate(c, one("cax11", "hel1"), "debian-13", now)) ==
          "Image debian-13 exists for x86 only, and server type cax11 is arm; choose another image or another type.");
}

TEST_CASE("each thing is said once, each field is named, and before its end a type can be ordered") {
    const catalog c = sample();
    auto wanted = one("cx99", "moon");
    wanted.push_back(one("cx99", "moon").front());
    const auto problems = validate(c, wanted, "windows", now);
    REQUIRE(problems.size() == 3);
    CHECK(problems[0].where == problem::field::server_type);
    CHECK(problems[1].where == problem::field::location);
    CHECK(problems[2].where == problem::field::image);
    CHECK(orderable(c, wanted, "windows", now).empty());

    const timestamp before = *parse_rfc3339("2025-12-31T23:59:59Z");
    CHECK(validate(c, one("cx22", "nbg1"), "ubuntu-24.04", before).empty());
    CHECK(validate(c, one("cax11", "nbg1"), "ubuntu-24.04", before).empty());

    auto mixed = one("cax11", "nbg1");
    mixed.push_back(one("cx23", "nbg1").front());
    const auto good = orderable(c, mixed, "ubuntu-24.04", now);
    REQUIRE(good.size() == 1);
    CHECK(good[0].server_type == "cx23");
}

TEST_CASE("a price includes the address, to four decimals") {
    const catalog c = sample();
    const auto there = price_of(c, "cx23", "nbg1");
    REQUIRE(there.has_value());
    CHECK(there->hourly.net == "0.0096");
    CHECK(there->hourly.gross == "0.0114");
    CHECK(there->monthly.net == "5.9900");
    CHECK(there->monthly.gross == "7.1281");
    CHECK(there->currency == "EUR");
    CHECK(there->with_ipv4);
    const auto elsewhere = price_of(c, "cx23", "fsn1");  // no price for an address there
    CHECK(elsewhere->monthly.net == "5.4900");
    CHECK_FALSE(elsewhere->with_ipv4);
    CHECK_FALSE(price_of(c, "cax11", "hel1").has_value());
    CHECK_FALSE(price_of(c, "nope", "nbg1").has_value());
}

TEST_CASE("prices are reckoned exactly, and nonsense is no price") {
    catalog c;
    server_type& type = c.server_types.emplace_back();
    type.name = "t";
    offer& there = type.offers.emplace_back();
    there.location = "l";
    auto& address = c.ipv4_prices.emplace_back();
    address.location = "l";
    const auto sum = [&](std::string a, std::string b) {
        price own;
        own.monthly.net = std::move(a);
        there.price = own;
        address.price.monthly.net = std::move(b);
        return price_of(c, "t", "l")->monthly.net;
    };
    CHECK(sum("0.1", "0.2") == "0.3000");
    CHECK(sum("5.4900000000000000", "0.5") == "5.9900");
    CHECK(sum("0.00004", "0.00001") == "0.0001");
    CHECK(sum("0.00004", "") == "0.0000");
    CHECK(sum("12345678", "1") == "12345679.0000");
    CHECK(sum("3", "x") == "3.0000");
    CHECK(sum("", "1").empty());
    CHECK(sum("x", "1").empty());
    CHECK(sum("-1", "1").empty());
    CHECK(sum("1e3", "1").empty());
    CHECK(sum("99999999999999999999", "1").empty());
}

TEST_CASE("what may have been meant") {
    const std::vector<std::string> images = {"debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "fedora-42"};
    CHECK(near_names("Ubuntu 24.04", images) == std::vector<std::string>{"ubuntu-24.04"});
    CHECK(near_names("ubuntu-24.05", images) == std::vector<std::string>{"ubuntu-24.04", "ubuntu-22.04"});
    CHECK(near_names("CX23", {"cx23", "cx33", "cx43", "cx53"}) == std::vector<std::string>{"cx23"});
    CHECK(near_names("debian", images) == std::vector<std::string>{"debian-13", "debian-12"});
    CHECK(near_names("windows", images).empty());
    CHECK(near_names("", images).empty());
    CHECK(near_names(std::string(100'000, 'x'), images).empty());
    CHECK(listed(std::vector<std::string>(), "and", 3).empty());
    CHECK(listed(std::vector<std::string>(1, "a"), "and", 3) == "a");
    CHECK(listed(images, "and", 2) == "debian-12, debian-13 and 3 more");
    CHECK(listed(images, "or", 5) == "debian-12, debian-13, ubuntu-22.04, ubuntu-24.04 or fedora-42");
}
