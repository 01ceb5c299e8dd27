// What every verb prints, character by character, for one example log. After a wanted change:
//   SLIPWAY_WRITE_GOLDENS=1 meson test -C build slipway-log
// writes the files anew; the difference is for a person to read.
#include "tests/tools/slipway-log/support.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace {

// What the machine makes of the events (their data, the hashes, the table's fingerprint) is for other tests to hold to;
// here it would only make every change of the machine touch every line.
std::string form_of(const std::string& json_lines) {
    std::istringstream in(json_lines);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        auto document = nlohmann::ordered_json::parse(line);
        for (const char* member : {"data", "hash", "definition", "key_fingerprint"})
            if (document.contains(member)) document[member] = "…";
        out += document.dump() + "\n";
    }
    return out;
}

void check_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(GOLDEN_DIRECTORY) + "/" + name;
    const std::string actual = name.ends_with(".json") ? form_of(text) : text;
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
}
