// The vocabulary: events as the log stores them, times, ids, names.
#include "engine/model/codec.hpp"
#include "engine/model/effect.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/record.hpp"
#include "engine/model/record_line.hpp"
#include "engine/base/utf8.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace slipway;
using slipway::test::contains;

namespace {

vm_spec full_spec() {
    vm_spec s;
    s.name = "web1";
    s.provider = "direct";
    s.candidates = {{"cx22", "fsn1", 4711}, {"cax11", "nbg1", 4712}};
    s.image = "debian-12";
    s.public_key = "ssh-ed25519 AAAAC3Nz alice@\"home\"";
    s.key_name = "alice";
    s.key_fingerprint = "00:11:22";
    s.recipe = "#!/bin/sh\necho 'grüße' | tee /etc/motd\n";
    s.app = "coolify";
    s.labels = {{"team", "blue"}, {"a", ""}};
    s.ssh_timeout_s = 7;
    s.recipe_timeout_s = 8;
    s.network = 4711;
    s.firewalls = {38, 39};
    return s;
}

step_failed full_failure() {
    step_failed e;
    e.step = step::create_server;
    e.code = failure_code::protected_resource;
    e.message = "no";
    e.unknown = true;
    e.counted = false;
    e.retry_at = timestamp{1'767'225'600'123};
    e.next = variation::next_candidate;
    return e;
}

// One of each type, with no member at its default.
std::vector<event> one_of_each() {
    const leak left{resource_kind::server, 42, "web1", "protected"};
    std::vector<event> all;
    all.emplace_back(vm_requested{full_spec(), "alice"});
    all.emplace_back(audited{"p-1", {{finding_kind::orphan, resource_kind::server, 42, "dc-1", "s-1", "0.1464 EUR net"}}});
    all.emplace_back(contract_accepted{"c-17", "small", full_spec(), "bob", timestamp{1795189055326}});
    step_started started{step::create_server, 3, "web1-2", candidate{"cx22", "fsn1", 4711},
                         timestamp{1'767'225'600'001}};
    all.emplace_back(started);
    all.emplace_back(key_created{7, "00:11:22", true, 1});
    all.emplace_back(
        server_created{42, "web1", "cx22", "fsn1", "192.0.2.1", "2001:db8::1", {1, 2, 3}, true, "ssh-ed25519 A", 2});
    all.emplace_back(ssh_ready{"192.0.2.1"});
    all.emplace_back(recipe_run{true, 3, 5'000'000'000, "done", 61'000});
    all.emplace_back(recipe_run{true, 0, 0, "", 0, "it was cut off"});
    all.emplace_back(host_keys_prepared{{"ssh-ed25519 A", "ssh-rsa B"}});
    all.emplace_back(activated{"192.0.2.1", {"ssh-ed25519 A"}});
    all.emplace_back(activated{"192.0.2.1",
                               {"ssh-ed25519 A"},
                               {{shortcoming_kind::recipe_result, "cut off"},
                                {shortcoming_kind::host_keys, "another"},
                                {shortcoming_kind::operator_key, "refused"}}});
    all.emplace_back(full_failure());
    all.emplace_back(end_requested{"asked"});
    all.emplace_back(server_deleted{42, true});
    all.emplace_back(key_deleted{7, true});
    all.emplace_back(key_kept{7, "used by 1 other VM"});
    all.emplace_back(cleaned_up{{left}});
    all.emplace_back(slipway::failed{step::run_recipe, failure_code::recipe_failed, "exit code 1", "make: no rule\n"});
    all.emplace_back(terminated{});
    all.emplace_back(termination_failed{{left, left}, "protected"});
    all.emplace_back(termination_retried{});
    all.emplace_back(held{step::reach_ssh, failure_code::wrong_host_key, "another host key"});
    all.emplace_back(adopted{"acme", "c-17", timestamp{1795189055000}, "bob", 42, "dc-1", "cx22", "fsn1", "192.0.2.1",
                             "2001:db8::1", 7, "00:11:22", "home"});
    all.emplace_back(command_refused{"end_vm", "it is gone", "is_live"});
    return all;
}

}  // namespace

TEST_CASE("every event type comes back from the log as it went in") {
    const auto all = one_of_each();
    std::set<std::size_t> types;
    std::set<std::string_view> names;
    for (const event& e : all) {
        types.insert(e.index());
        names.insert(type_of(e));
        const std::string data = encode(e);
        INFO(type_of(e) << " " << data);
        const auto back = decode(type_of(e), version_of(e), data);
        REQUIRE(back);
        CHECK(*back == e);
        CHECK(encode(*back) == data);
    }
    CHECK(types.size() == std::variant_size_v<event>);
    CHECK(names.size() == std::variant_size_v<event>);
}

TEST_CASE("an optional member that is not there stays away") {
    step_started e;
    e.step = step::reach_ssh;
    CHECK_THAT(encode(e), !contains("candidate"));
    const auto back = decode("step_started", 1, encode(e));
    REQUIRE(back);
    CHECK(*back == event(e));
}

TEST_CASE("decoding names what is missing or of the wrong kind, for every member of every type") {
    for (const event& e : one_of_each()) {
        const auto whole = nlohmann::json::parse(encode(e));
        for (const auto& [key, value] : whole.items()) {
            INFO(type_of(e) << "." << key);
            auto without = whole;
            without.erase(key);
            const bool optional = key == "candidate" || key == "retry_at" || key == "expires_at" ||
                                  key == "missing" || (key == "unknown" && std::holds_alternative<recipe_run>(e));
            const auto missing = decode(type_of(e), version_of(e), without.dump());
            CHECK(missing.has_value() == optional);
            if (!missing) CHECK(missing.error().kind == error_kind::corrupt);
            if (!missing) CHECK_THAT(missing.error().message, contains("\"" + key + "\""));
            auto wrong = whole;
            wrong[key] = nlohmann::json::array({nullptr});
            CHECK_FALSE(decode(type_of(e), version_of(e), wrong.dump()));
        }
    }
}

TEST_CASE("decoding never guesses") {
    CHECK_THAT(decode("vm_exploded", 1, "{}").error().message, contains("vm_exploded"));
    CHECK_THAT(decode("terminated", 2, "{}").error().message, contains("newer slipway"));
    CHECK_THAT(decode("terminated", 1, "{").error().message, contains("not JSON"));
    CHECK_FALSE(decode("terminated", 1, "[]"));
    CHECK_FALSE(decode("ssh_ready", 1, R"({"address":null})"));
    CHECK_FALSE(decode("key_kept", 1, R"({"key_id":1.5,"why":""})"));
    CHECK_FALSE(decode("recipe_run", 1,
                       R"({"ran":true,"exit_code":4294967296,"output_bytes":0,"output_tail":"","duration_ms":0})"));
    CHECK_FALSE(decode("key_kept", 1, R"({"key_id":18446744073709551615,"why":""})"));
    CHECK_FALSE(decode("failed", 1, R"({"step":"fly","code":"lost","message":""})"));
    CHECK_FALSE(decode("failed", 1, R"({"step":"reach_ssh","code":"tired","message":""})"));
}

TEST_CASE("kinds of leaks and findings are stored by name; one that is not known is an error that names the member") {
    const auto why = [](const char* type, const std::string& data) { return decode(type, 1, data).error().message; };
    CHECK_THAT(why("cleaned_up", R"({"leaked":[{"kind":"volume","id":1,"name":"v","why":"w"}]})"),
               contains("is not valid: see \"kind\""));
    const std::string found = R"("kind":"server","id":1,"name":"n","stream":"","cost_per_day":""}]})";
    CHECK(decode("audited", 1, R"({"provider":"p","findings":[{"what":"foreign",)" + found));
    CHECK_THAT(why("audited", R"({"provider":"p","findings":[{"what":"stolen",)" + found),
               contains("is not valid: see \"what\""));
    const auto stored = [](finding_kind what, resource_kind kind) {
        return encode(audited{"p", {{what, kind, 1, "n", "", ""}}});
    };
    CHECK_THAT(stored(finding_kind::orphan, resource_kind::server), contains(R"("what":"orphan","kind":"server",)"));
    CHECK_THAT(stored(finding_kind::vanished, resource_kind::server), contains(R"("what":"vanished",)"));
    CHECK_THAT(stored(finding_kind::leaked, resource_kind::ssh_key), contains(R"("what":"leaked","kind":"ssh_key",)"));
    CHECK_THAT(stored(finding_kind::foreign, resource_kind::server), contains(R"("what":"foreign",)"));
    CHECK_FALSE(resource_named(""));
    CHECK_FALSE(finding_named("Orphan"));
}

TEST_CASE("what a recipe printed last is a member of its own, and in the log it stands behind the message") {
    const std::string data =
        R"({"step":"run_recipe","code":"recipe_failed","message":"exit code 3; its last output:\na; its last output:\n"})";
    const auto e = decode("failed", 1, data);
    REQUIRE(e);
    CHECK(std::get<slipway::failed>(*e).message == "exit code 3");
    CHECK(std::get<slipway::failed>(*e).output == "a; its last output:\n");
    CHECK(encode(*e) == data);
    const auto message_of = [](const std::string& text, failure_code code = failure_code::recipe_failed) {
        step_failed stored = full_failure();
        stored.code = code;
        stored.message = text;
        const auto back = decode("step_failed", 1, encode(stored));
        return std::get<step_failed>(*back).message + "|" + std::get<step_failed>(*back).output;
    };
    CHECK(message_of("exit code 3; its last output: hunter2") == "exit code 3|hunter2");  // of before the first release
    CHECK(message_of("exit code 3; its last output:\n") == "exit code 3; its last output:\n|");
    CHECK(message_of("exit code 3, without output") == "exit code 3, without output|");
    CHECK(message_of("no; its last output:\nx", failure_code::lost) == "no; its last output:\nx|");
}

TEST_CASE("each step says what it asks for") {
    const auto with = [](auto has) {
        std::string names;
        for (const step_properties& s : step_table)
            if (has(s)) names += (names.empty() ? "" : " ") + std::string(s.name);
        return names;
    };
    const auto asks = [&](request_kind k) { return with([k](const step_properties& s) { return s.request == k; }); };
    CHECK(asks(request_kind::creating) == "register_key create_server");
    CHECK(asks(request_kind::removing) == "delete_server release_key");
    CHECK(asks(request_kind::none) == "reach_ssh run_recipe prepare_host_keys hand_over");
    for (const step_properties& s : step_table) {
        CHECK(step_named(s.name) == s.value);
        CHECK(s.resource.has_value() == (s.request != request_kind::none));
        CHECK(may_be_cut_short(s.value) == !s.resource);
    }
    CHECK(creates(step::create_server, resource_kind::server));
    CHECK_FALSE(creates(step::create_server, resource_kind::ssh_key));
    CHECK_FALSE(creates(step::delete_server, resource_kind::server));
    run_recipe_effect recipe;
    recipe.deadline = std::chrono::seconds{300};
    CHECK(limit_of(recipe) == std::chrono::seconds{780});
    CHECK(limit_of(delete_server_effect{}) == std::chrono::seconds{600});
}

TEST_CASE("what only our parser takes for JSON is none") {
    for (const std::string& data : {std::string("{}\0", 3), std::string("{}\0\"", 4), std::string("\xef\xbb\xbf{}")}) {
        CHECK_THAT(decode("terminated", 1, data).error().message, contains("not JSON"));
        event_record r;
        r.type = "terminated";
        r.data = data;
        const auto line = nlohmann::json::parse(record_line(r));
        CHECK(line["undecodable"] == "data is not JSON");
        CHECK(line["data"] == data);
    }
}

TEST_CASE("data is shown on one line however deep it is nested") {
    event_record r;
    r.type = "terminated";
    r.data = "{\n\"more\":\r\n" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
    const std::string line = record_line(r);
    CHECK(line.find_first_of("\r\n") == std::string::npos);
    CHECK(nlohmann::json::accept(line));
    CHECK(decode(r.type, 1, r.data));
}

TEST_CASE("members that this program does not know are left alone") {
    CHECK(decode("ssh_ready", 1, R"({"address":"192.0.2.1","rtt_ms":3})"));
}

TEST_CASE("an order without networks and firewalls is written as before there were any") {
    vm_requested e;
    e.spec.name = "web1";
    const std::string data = encode(e);
    CHECK(data.find("network") == std::string::npos);
    CHECK(data.find("firewalls") == std::string::npos);
    CHECK(std::get<vm_requested>(decode("vm_requested", 1, data).value()).spec == e.spec);
}

TEST_CASE("bytes that are not UTF-8 do not keep an event out of the log") {
    recipe_run e;
    e.output_tail = "ok \xff\xfe end";
    const auto back = decode("recipe_run", 1, encode(e));
    REQUIRE(back);
    CHECK_THAT(std::get<recipe_run>(*back).output_tail, contains("end"));
}

TEST_CASE("text is written as the JSON library writes it, and read back as it was") {
    for (const char* text : {"", "plain", "a \"quote\"", "C:\\dir", "two\nlines\r\n\ttab", "\x01\x1f\x7f", "über",
                             "\u2028", "🚢", "/slash", "{}[],:"}) {
        recipe_run e;
        e.output_tail = text;
        const std::string data = encode(e);
        INFO(data);
        CHECK_THAT(data, contains("\"output_tail\":" + nlohmann::json(text).dump() + ","));
        CHECK(nlohmann::ordered_json::parse(data).dump() == data);
        CHECK(decode("recipe_run", 1, data).value() == event(e));
    }
}

TEST_CASE("of a member that is there twice the last one counts, and unknown ones may hold what they like") {
    const auto back =
        decode("ssh_ready", 1, R"({"address":"192.0.2.1","a":[{"address":"192.0.2.2"}],"address":"192.0.2.3"})");
    REQUIRE(back);
    CHECK(std::get<ssh_ready>(*back).address == "192.0.2.3");
    const std::string deep = std::string(100, '[') + R"({"address":"192.0.2.4"},1,"x",[null])" + std::string(100, ']');
    CHECK(decode("ssh_ready", 1, R"({"deep":)" + deep + R"(,"address":"192.0.2.1"})").value() ==
          event(ssh_ready{"192.0.2.1"}));
}

TEST_CASE("every step and failure code has one name") {
    for (int i = 0; i <= static_cast<int>(step::release_key); ++i) {
        const auto s = static_cast<step>(i);
        CHECK(step_named(name(s)) == s);
    }
    for (int i = 0; i <= static_cast<int>(failure_code::other_project); ++i) {
        const auto c = static_cast<failure_code>(i);
        CHECK(failure_named(name(c)) == c);
    }
    CHECK_FALSE(step_named("?"));
    CHECK_FALSE(failure_named("?"));
}

TEST_CASE("times are written as RFC 3339 with milliseconds and read back") {
    CHECK(to_rfc3339(timestamp{0}) == "1970-01-01T00:00:00.000Z");
    CHECK(to_rfc3339(timestamp{1'795'185'960'123}) == "2026-11-20T14:46:00.123Z");
    CHECK(to_rfc3339(timestamp{-1}) == "1969-12-31T23:59:59.999Z");
    for (const std::int64_t ms : {0LL, 1LL, 999LL, 951'782'400'000LL, 1'795'185'960'123LL, 4'102'444'799'999LL})
        CHECK(parse_rfc3339(to_rfc3339(timestamp{ms})) == timestamp{ms});
    CHECK(parse_rfc3339("2026-11-20T14:46:00Z") == timestamp{1'795'185'960'000});
    CHECK(parse_rfc3339("2026-11-20T16:46:00.1+02:00") == timestamp{1'795'185'960'100});
    CHECK(parse_rfc3339("2026-11-20t14:46:00.123456789z") == timestamp{1'795'185'960'123});
    for (const char* bad :
         {"", "2026-11-20", "2026-11-20 14:46:00Z", "2026-13-20T14:46:00Z", "2026-02-29T14:46:00Z",
          "2026-11-20T24:46:00Z", "2026-11-20T14:61:00Z", "2026-11-20T14:46:00", "2026-11-20T14:46:00.Z",
          "2026-11-20T14:46:00Zx", "2026-11-20T14:46:00+02", "-026-11-20T14:46:00Z", "2026-11-20T14:46:00+99:99",
          "0000-01-01T00:59:59+01:00", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z"}) {
        INFO(bad);
        CHECK_FALSE(parse_rfc3339(bad));
    }
}

TEST_CASE("the first and the last time that can be written are read back") {
    for (const char* text : {"0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"})
        CHECK(to_rfc3339(parse_rfc3339(text).value()) == text);
    CHECK(parse_rfc3339("9999-12-31T23:59:59+00:01"));
}

TEST_CASE("text is UTF-8 or it is not") {
    for (const char* good :
         {"", "a\n", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        CHECK(is_utf8(good));
    for (const char* bad : {"\x80", "\xc1\xbf", "a\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                            "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xff"})
        CHECK_FALSE(is_utf8(bad));
    CHECK(utf8_character("\xe2\x82\xac and more") == 3);
}

TEST_CASE("stream ids are UUIDs of version 7 that rise with time") {
    random_bytes random{};
    random.fill(0xff);
    const std::string id = uuid_v7(timestamp{0x0193'0000'1234}, random);
    CHECK(id == "01930000-1234-7fff-bfff-ffffffffffff");
    CHECK(is_uuid(id));
    CHECK(uuid_time(id) == timestamp{0x0193'0000'1234});
    CHECK_FALSE(uuid_time("web1"));
    CHECK(uuid_v7(timestamp{0x0193'0000'1235}, random_bytes{}) > id);
    CHECK(short_id(stream_id{id}) == "ffffffff");
    CHECK(short_id(stream_id{"abc"}) == "abc");
    for (const char* bad : {"", "01930000-1234-7fff-bfff-fffffffffff", "01930000-1234-7fff-bfff-fffffffffffg",
                            "01930000+1234-7fff-bfff-ffffffffffff", "01930000-1234-7FFF-bfff-ffffffffffff"})
        CHECK_FALSE(is_uuid(bad));
}

TEST_CASE("no two records have the same bytes under their hash") {
    event_record a;
    a.stream.text = "ab";
    a.kind = "c";
    event_record b = a;
    b.stream.text = "a";
    b.kind = "bc";
    CHECK(hash_input(a) != hash_input(b));
    b = a;
    b.seq = 9;
    b.hash = "x";
    CHECK(hash_input(a) == hash_input(b));
}
