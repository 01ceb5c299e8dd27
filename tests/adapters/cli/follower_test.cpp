// A contract followed through what GET /v1/events answers.
#include "adapters/cli/stream_follower.hpp"
#include "engine/model/codec.hpp"
#include "engine/model/record_line.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::cli;
using slipway::test::contains;

namespace {

const std::string stream = "01a1fa50-722e-73e2-8da0-47ad50934002";

struct listener final : engine_observer {
    std::vector<std::string> heard;
    void appended(const vm_state&, const std::vector<event_record>& records) override {
        for (const auto& record : records) heard.push_back(record.type);
    }
};

struct telling {
    std::uint64_t seq = 10, version = 0;
    std::string line(const event& e) {
        event_record record;
        record.seq = seq += 3;
        record.stream.text = stream;
        record.kind = "vm";
        record.version = ++version;
        record.type = std::string(type_of(e));
        record.schema_version = version_of(e);
        record.at = timestamp{static_cast<std::int64_t>(1'000'000 + seq)};
        record.data = encode(e);
        return record_line(record) + "\n";
    }
};

vm_requested request() {
    vm_requested out;
    out.owner = "me";
    out.spec.name = "web1";
    candidate where;
    where.server_type = "cx23";
    where.location = "nbg1";
    out.spec.candidates.push_back(where);
    return out;
}

}  // namespace

TEST_CASE("a follower takes each record once, tells those it is asked to tell, and knows when nothing is to be done") {
    telling log;
    const std::string first = log.line(request());
    step_started begun;
    begun.step = step::register_key;
    const std::string second = log.line(begun);
    stream_follower follower(stream);
    CHECK_FALSE(follower.at_rest());
    listener ears;
    auto taken = follower.take(first, nullptr);
    REQUIRE(taken.has_value());
    CHECK(*taken == 1);
    CHECK(ears.heard.empty());
    CHECK(follower.seen() == 13);
    CHECK_FALSE(follower.at_rest());
    taken = follower.take(first + second, &ears);
    REQUIRE(taken.has_value());
    CHECK(*taken == 1);
    CHECK(ears.heard == std::vector<std::string>{"step_started"});
    CHECK(follower.view().state.data.spec.name == "web1");
    CHECK(follower.view().created_at == timestamp{1'000'013});
    CHECK(follower.view().changed_at == timestamp{1'000'016});
    CHECK(*follower.take("", &ears) == 0);
}

TEST_CASE("lines that are none, and events of another version, are errors and no crash") {
    for (const char* bad : {"{", "[]", "7", "{}", R"({"seq":1,"at":"never","data":{}})", "\n\nnull\n",
                            R"({"seq":"x","stream":1,"kind":[],"at":"2026-11-20T14:46:00Z","data":{}})"}) {
        stream_follower follower(stream);
        INFO(bad);
        CHECK(follower.take(bad, nullptr).has_error());
    }
    telling log;
    stream_follower follower(stream);
    REQUIRE(follower.take(log.line(request()), nullptr).has_value());
    std::string newer = log.line(request());
    newer.replace(newer.find("vm_requested"), 12, "vm_rewritten");
    const auto refused = follower.take(newer, nullptr);
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().message, contains("different versions"));
}

TEST_CASE("a record can neither take the terminal over nor be nested too deeply") {
    telling log;
    stream_follower follower(stream);
    std::string deep = log.line(request());
    const std::string more = "\"data\":{\"more\":" + std::string(200'000, '[') + std::string(200'000, ']') + ",";
    deep.replace(deep.find("\"data\":{"), 8, more);
    REQUIRE(follower.take(deep, nullptr).has_value());
    CHECK(follower.view().state.data.spec.name == "web1");
    std::string odd = log.line(request());
    odd.replace(odd.find("vm_requested"), 12, "vm\\u001b[2J");
    const auto refused = follower.take(odd, nullptr);
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().message, contains("\"vm[2J\""));
}
