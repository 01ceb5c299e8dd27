// What every verb prints, character by character, for one example log.
#include "tests/tools/slipway-log/golden.hpp"
#include "tests/tools/slipway-log/support.hpp"

using namespace slipway;
using namespace slipway::test;

TEST_CASE("the output of every verb is as agreed") {
    temporary_directory at;
    const std::string log = at / "s.db";
    write_example(log);
    const auto golden = [&](const std::string& name, auto verb, bool json = false, std::size_t width = 0) {
        const auto answer = look(log, verb, json, width);
        CHECK(answer.code == 0);
        CHECK(answer.complaints == "");
        check_golden(name, answer.out);
    };
    const auto list = [](auto& on) { return inspection::list(on, {}); };
    const auto show = [](const char* stream, std::optional<std::string> when = {}) {
        return [=](auto& on) { return inspection::show(on, stream, when); };
    };
    const auto events = [](std::optional<std::string> stream, std::uint64_t after) {
        return [=](auto& on) { return inspection::events(on, {stream, after, {}}); };
    };
    const auto verify = [](auto& on) { return inspection::verify(on); };
    golden("list.txt", list);
    golden("list-narrow.txt", list, false, 80);
    golden("list.json", list, true);
    golden("show-web1.txt", show("web1"));
    golden("show-web1-narrow.txt", show("web1"), false, 80);
    golden("show-web1-at.txt", show("web1", "5"));
    golden("show-web2.txt", show("web2"));
    golden("show-web3.txt", show("web3"));
    golden("show-web3.json", show("web3"), true);
    golden("show-web4.txt", show("web4"));
    golden("events.txt", events({}, 0));
    golden("events-web3.json", events("web3", 0), true);
    golden("events-after.txt", events({}, 38));
    golden("verify.txt", verify);
    golden("verify.json", verify, true);

    const auto diff = [](const char* a, const char* b) { return [=](auto& on) { return inspection::diff(on, a, b); }; };
    golden("diff-web1-4-13.txt", diff("web1@4", "web1@13"));
    golden("diff-web1-4-13-narrow.txt", diff("web1@4", "web1@13"), false, 80);
    golden("diff-web1-4-13.json", diff("web1@4", "web1@13"), true);
    golden("diff-web1-web4.txt", diff("web1", "web4"));
    golden("diff-same.txt", diff("web3@2025-11-20T17:46:41.290Z", "web3@5"));
    const auto check = [](auto& on) { return inspection::check(on); };
    golden("check.txt", check);
    golden("check.json", check, true);
    const auto stats = [](auto& on) { return inspection::stats(on); };
    golden("stats.txt", stats);
    golden("stats.json", stats, true);
}
