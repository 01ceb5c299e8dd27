// What people see, within what Discord takes.
#include "adapters/discord/batch.hpp"
#include "adapters/discord/cards.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::discord;
using nlohmann::json;

namespace {

service::stream_view vm_named(const std::string& name, const std::vector<event>& more) {
    service::stream_view view;
    view.stream = stream_id{"01890000-0000-7000-8000-000000000001"};
    vm_requested asked;
    asked.spec.name = name;
    asked.spec.provider = "direct";
    asked.spec.candidates = {{"cx23", "nbg1", 1}};
    asked.spec.image = "ubuntu-24.04";
    asked.spec.app = "none";
    asked.owner = "discord:1";
    REQUIRE(evolve(view.state, asked));
    for (const event& one : more) REQUIRE(evolve(view.state, one));
    return view;
}

std::vector<event> until_active(const std::string& name, bool lacking = false) {
    key_created key;
    key.key_id = 3;
    server_created server;
    server.server_id = 42;
    server.server_name = name;
    server.server_type = "cx23";
    server.location = "nbg1";
    server.ipv4 = "203.0.113.7";
    server.ipv6 = "2001:db8:aaaa:bbbb::1";
    activated done;
    done.address = server.ipv4;
    for (const auto what : {shortcoming_kind::recipe_result, shortcoming_kind::host_keys, shortcoming_kind::operator_key})
        if (lacking) done.missing.push_back({what, "why"});
    return {key, server, ssh_ready{server.ipv4}, recipe_run{}, done};
}

batch batch_of_vms(int count, const std::string& name) {
    batch b;
    b.id = "1234567890123456789";
    b.user.id = "1";
    b.user.name = "Ann";
    b.location = "nbg1";
    b.image = "ubuntu-24.04";
    b.app = "none";
    b.server_types = {"cx23"};
    b.network_text = b.firewall_text = "none";
    for (int i = 0; i < count; ++i) {
        batch::vm one;
        one.name = i == 0 ? name : name + std::to_string(i);
        one.stream = "s" + std::to_string(i);
        one.ordered = true;
        b.vms.push_back(one);
    }
    return b;
}

std::size_t size_of_embeds(const json& card) {
    std::size_t all = 0;
    for (const json& embed : card.at("embeds")) {
        all += embed.at("title").get<std::string>().size();
        for (const json& field : embed.at("fields"))
            all += field.at("name").get<std::string>().size() + field.at("value").get<std::string>().size();
    }
    return all;
}

void check_limits(const json& card) {
    CHECK(card.at("allowed_mentions").at("parse").empty());
    CHECK(card.at("content").get<std::string>().size() <= 2000);
    CHECK(card.at("embeds").size() <= 10);
    CHECK(size_of_embeds(card) <= 6000);
    for (const json& embed : card.at("embeds")) CHECK(embed.at("fields").size() <= 25);
}

}  // namespace

TEST_CASE("a batch is kept word for word; what cannot be read is said to be so") {
    batch b = batch_of_vms(3, "web");
    b.where = {"99", "10", "sealed", {5}, "7", "6", true, false, false};
    b.network = 12;
    b.firewalls = {3, 4};
    b.vms[1].refused = "no";
    b.stage = batch_stage::ordered;
    b.work = batch_work::remove;
    CHECK(batch_of(to_text(b)).value() == b);
    // Of another version: what is not known is passed over, what is not there is as it is made.
    json other = json::parse(to_text(b));
    other["later"] = 1;
    other.erase("price");
    CHECK(batch_of(other.dump()).value() == b);
    CHECK(batch_of("{}").error().kind == error_kind::corrupt);
    CHECK(batch_of("no").error().kind == error_kind::corrupt);
}

TEST_CASE("ten finished VMs with the longest names fit into one message, each with its embed") {
    const std::string longest(60, 'w');
    const batch b = batch_of_vms(10, longest);
    std::vector<vm_now> vms;
    for (const batch::vm& one : b.vms) {
        vm_now now;
        now.view = vm_named(one.name, until_active(one.name));
        vms.push_back(now);
    }
    const json card = progress_card(b, vms);
    check_limits(card);
    CHECK(card.at("embeds").size() == 10);
    CHECK(card.at("content").get<std::string>().starts_with("**All 10 VMs are ready.**"));
    CHECK(card.at("components").empty());
}

TEST_CASE("what ten VMs lack is told as far as it fits, and the rest is not Discord's to refuse") {
    const batch b = batch_of_vms(10, std::string(60, 'w'));
    std::vector<vm_now> vms;
    for (const batch::vm& one : b.vms) {
        vm_now now;
        now.view = vm_named(one.name, until_active(one.name, true));
        vms.push_back(now);
    }
    const json card = progress_card(b, vms);
    check_limits(card);
    CHECK(card.at("embeds").size() > 3);
}

TEST_CASE("ten failures with long reasons fit, too, and none is left out") {
    const batch b = batch_of_vms(10, "web");
    std::vector<vm_now> vms;
    for (const batch::vm& one : b.vms) {
        step_failed why;
        why.step = step::register_key;
        why.code = failure_code::unauthorized;
        why.message = std::string(3000, '*');
        failed over;
        over.step = step::register_key;
        over.message = why.message;
        vm_now now;
        now.view = vm_named(one.name, {why, over});
        vms.push_back(now);
    }
    const json card = progress_card(b, vms);
    check_limits(card);
    for (const batch::vm& one : b.vms) CHECK(card.at("content").get<std::string>().find("**" + one.name + "**") != std::string::npos);
}

TEST_CASE("a notice that others can read has no address in it") {
    const batch b = batch_of_vms(1, "web");
    vm_now now;
    now.view = vm_named("web", until_active("web"));
    const std::string text = progress_notice(b, {now}).dump();
    CHECK(text.find("203.0.113.7") == std::string::npos);
    CHECK(text.find("The VM is ready") != std::string::npos);
    CHECK(progress_card(b, {now}).dump().find("203.0.113.7") != std::string::npos);
}

TEST_CASE("a batch is settled when nothing more becomes of its VMs by itself") {
    const batch b = batch_of_vms(1, "web");
    vm_now waits, runs, refused_one;
    runs.view = vm_named("web", until_active("web"));
    CHECK_FALSE(is_settled(batch_work::create, b.vms[0], waits));
    CHECK(is_settled(batch_work::create, b.vms[0], runs));
    CHECK_FALSE(is_settled(batch_work::remove, b.vms[0], runs));
    batch::vm not_yet = b.vms[0];
    not_yet.ordered = false;
    CHECK_FALSE(is_settled(batch_work::create, not_yet, runs));
    batch::vm refused = b.vms[0];
    refused.refused = "no";
    CHECK(is_settled(batch_work::create, refused, refused_one));
    vm_now begins;
    begins.view = vm_named("web", {});
    CHECK_FALSE(is_settled(batch_work::create, b.vms[0], begins));
}

TEST_CASE("a button names its question and the answer, and nothing else is one") {
    const json plan = plan_card(batch_of_vms(2, "web"), 1, 10);
    check_limits(plan);
    const json& buttons = plan.at("components").at(0).at("components");
    const auto yes = pressed_button(buttons.at(0).at("custom_id").get<std::string>());
    const auto no = pressed_button(buttons.at(1).at("custom_id").get<std::string>());
    REQUIRE(yes);
    REQUIRE(no);
    CHECK(yes->batch == "1234567890123456789");
    CHECK(yes->yes);
    CHECK_FALSE(no->yes);
    for (const char* other : {"", "order:", "order:1", "order:1:maybe", "buy:1:yes"}) CHECK_FALSE(pressed_button(other));
}

TEST_CASE("nothing is said in a way that Discord would take for markup, nor longer than it takes") {
    const auto vm = vm_named("vm_0", until_active("vm"));
    CHECK(vm_line(vm, true) == "**vm\\_0** active · cx23 · nbg1 · `203.0.113.7` · `discord:1`");
    check_limits(code_card("**x**", std::vector<std::string>(100, std::string(90, '`'))));
    check_limits(vm_card(vm));
}
