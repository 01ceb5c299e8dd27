// The event log's data: lines "TYPE DATA", each decoded as it would be from the log. What decodes is written again the
// same; the lines together are a stream that is folded twice, and whatever they are, the machines say yes or no.
#include "engine/base/plain_json.hpp"
#include "engine/model/codec.hpp"
#include "engine/machines/vm.hpp"
#include "engine/model/record_line.hpp"
#include "tests/fuzz/check.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace slipway;
using fuzz::check;

namespace {

// What the rest of the program asks of any state.
void ask(const vm_state& state) {
    const stream_head head = head_of(state, {"s"});
    check(head.state == state.state_name() && head.version == state.version, "the head is the state's");
    (void)expiry(state);
    (void)is_over(state, timestamp{1'800'000'000'000});
    vm_state next = state;
    for (const event& e : conclude(state, {}))
        check(evolve(next, e).has_value(), "what is concluded is legal", type_of(e));
    for (const char* reason : {"cancelled", "retry_termination"}) {
        const auto decided = decide(state, end_vm{reason});
        if (!decided) continue;
        next = state;
        for (const event& e : *decided) check(evolve(next, e).has_value(), "what is decided is legal", type_of(e));
    }
}

void take(vm_state& state, const event& e) {
    const vm_state before = state;
    if (!evolve(state, e)) check(state == before, "an event that is refused changes nothing", type_of(e));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text_of(data, size);
    vm_state state, twin;
    for (int lines = 0; !rest.empty() && lines < 64; ++lines) {
        std::string_view line = fuzz::take_until(rest, '\n');
        event_record record;
        record.type = fuzz::take_until(line, ' ');
        record.data = line;

        const std::string shown = record_line(record);
        check(shown.find('\n') == std::string::npos, "a record is one line", shown);
        check(shown.find('\0') == std::string::npos && nlohmann::json::accept(shown), "a record's line is JSON", shown);

        check(!is_plain_json(record.data) || nlohmann::json::accept(record.data), "what is plain JSON is JSON", record.data);
        const auto decoded = decode(record.type, record.schema_version, record.data);
        if (!decoded) {
            check(decoded.error().kind == error_kind::corrupt, "what cannot be decoded is corrupt");
            continue;
        }
        check(record.data.find('\0') == std::string::npos, "a zero byte is no JSON");
        const std::string written = encode(*decoded);
        const auto again = decode(type_of(*decoded), version_of(*decoded), written);
        check(again.has_value(), "what was written can be read", written);
        check(*again == *decoded && encode(*again) == written, "what was written is read as it was", written);

        take(state, *decoded);
        take(twin, *again);
        check(state == twin, "the same events make the same state", written);
    }
    if (state.version > 0) ask(state);
    return 0;
}
