// What an order would cost, out of the API's plan.
#include "adapters/cli/price_text.hpp"
#include "engine/machines/vm.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::cli;
using nlohmann::ordered_json;

namespace {

const char* const plan = R"({"names":["web","web1"],"request":{"name":"web"},"candidates":[
    {"server_type":"cx23","location":"nbg1","image_id":1,"price":{"currency":"EUR","hourly":{"net":"0.0096","gross":"0.0114"},
     "monthly":{"net":"5.99","gross":"7.13"},"ipv4_included":true}},
    {"server_type":"cx33","location":"nbg1","image_id":1}]})";

vm_view vm_in(const char* type, const char* place, std::vector<event> more = {activated{}}) {
    vm_view out;
    vm_requested request;
    candidate where;
    where.server_type = type;
    where.location = place;
    request.spec.candidates.push_back(where);
    server_created server;
    server.server_id = 7;
    server.server_type = type;
    server.location = place;
    std::vector<event> events{request};
    step_started begun;
    begun.step = step::register_key;
    events.push_back(begun);
    events.push_back(key_created{});
    begun.step = step::create_server;
    events.push_back(begun);
    events.push_back(server);
    begun.step = step::reach_ssh;
    events.push_back(begun);
    events.push_back(ssh_ready{});
    begun.step = step::run_recipe;
    events.push_back(begun);
    events.push_back(recipe_run{});
    begun.step = step::prepare_host_keys;
    events.push_back(begun);
    events.push_back(host_keys_prepared{});
    begun.step = step::hand_over;
    events.push_back(begun);
    for (event& one : more) events.push_back(std::move(one));
    for (const event& one : events) {
        const auto stepped = evolve(out.state, one);
        if (!stepped) throw std::runtime_error(stepped.error().message);
    }
    return out;
}

}  // namespace

TEST_CASE("a plan names what would be made, a price for each type and place, and the request") {
    CHECK(plan_text(ordered_json::parse(plan)) ==
          "would create: web, web1\n"
          "price of each, tried in this order (every started hour is billed):\n"
          "  cx23 in nbg1: 0.0096 EUR per hour, 5.99 EUR per month net (7.13 gross), IPv4 included\n"
          "  cx33 in nbg1: Hetzner names no price\n"
          "POST /servers\n{\n  \"name\": \"web\"\n}\n");
}

TEST_CASE("what was made has a line for each price, and none where none is known or nothing was made") {
    const auto known = ordered_json::parse(plan);
    const std::string line =
        "price        0.0096 EUR per hour, 5.99 EUR per month net (7.13 gross), IPv4 included\n";
    CHECK(price_lines(known, {vm_in("cx23", "nbg1")}) == line);
    CHECK(price_lines(known, {vm_in("cx23", "nbg1"), vm_in("cx23", "nbg1")}) == line);
    CHECK(price_lines(known, {vm_in("cx33", "nbg1")}).empty());
    CHECK(price_lines(known, {vm_in("cx23", "fsn1")}).empty());
    CHECK(price_lines(known, {vm_in("cx23", "nbg1", {})}).empty());
}

TEST_CASE("a plan with holes is shown as far as it goes") {
    for (const char* odd : {"{}", "[]", "7", R"({"names":[7],"candidates":[{},7,null,{"price":{}}],"request":null})"}) {
        INFO(odd);
        CHECK_NOTHROW(plan_text(ordered_json::parse(odd)));
        CHECK_NOTHROW(price_lines(ordered_json::parse(odd), {vm_in("cx23", "nbg1")}));
    }
}
