// What every verb prints, character by character, for one example log. After a wanted change:
//   SLIPWAY_WRITE_GOLDENS=1 meson test -C build slipway-log
// writes the files anew; the difference is for a person to read.
#include "tests/tools/slipway-log/support.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <fstream>
#include <regex>

using namespace slipway;
using namespace slipway::test;

namespace {

// Hashes and the table's fingerprint follow from everything else; they would only make every change touch every line.
std::string without_hashes(const std::string& text) {
    static const std::regex hash("\"(hash|definition)\":\"[0-9a-f]+\"");
    return std::regex_replace(text, hash, "\"$1\":\"…\"");
}

void check_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(GOLDEN_DIRECTORY) + "/" + name;
    const std::string actual = without_hashes(text);
    if (std::getenv("SLIPWAY_WRITE_GOLDENS") != nullptr) std::ofstream(path, std::ios::binary) << actual;
    std::ifstream file(path, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(file), {}};
    INFO(name);
    CHECK(actual == expected);
}

}  // namespace

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
    const auto graph = [](const char* format, std::optional<std::string> stream) {
        return [=](auto& on) { return inspection::graph(&on.log, on.out, on.complaints, {"vm", format, stream}); };
    };

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
    golden("graph-counts.mmd", graph("mermaid", {}));
    golden("graph-web3.mmd", graph("mermaid", "web3"));
}
