#include "engine/service/history.hpp"

#include "engine/model/codec.hpp"

#include <algorithm>

namespace slipway::service {

namespace {

std::string what_vm_waits_for(const vm_state& state, const stream_head& head) {
    const auto wanted = wants(state);
    if (!wanted && head.ended) return "nothing: it has ended";
    if (!wanted) return head.due_at ? "a command, or its end at " + to_rfc3339(*head.due_at) : "a command";
    std::string text = "step " + std::string(name(step_of(*wanted)));
    if (state.data.attempts > 0) text += " after " + std::to_string(state.data.attempts) + " failed attempts";
    if (head.due_at) return text + ", not before " + to_rfc3339(*head.due_at);
    const auto& intent = state.data.intent;
    if (!intent) return text;
    if (intent->step != step_of(*wanted))
        return "the answer to step " + std::string(name(intent->step)) + ", then " + text;
    return text + ", started " + to_rfc3339(intent->at);
}

history fold_vm(std::span<const event_record> records) {
    history lived;
    vm_state& state = lived.state;
    for (const event_record& record : records) {
        const auto decoded = decode(record.type, record.schema_version, record.data);
        if (!decoded) {
            lived.broken = decoded.error().message;
            break;
        }
        if (const auto applied = evolve(state, *decoded); !applied) {
            lived.broken = applied.error().message;
            break;
        }
        lived.states.emplace_back(state.state_name());
    }
    if (lived.states.empty()) return lived;
    if (!lived.broken && state.kind() != records.front().kind)
        lived.broken = "its records are of the kind \"" + records.front().kind + "\", its first event is of \"" +
                       std::string(state.kind()) + "\"";
    lived.head = head_of(state, records.front().stream);
    lived.waits_for = what_vm_waits_for(state, *lived.head);
    return lived;
}

}  // namespace

const std::vector<std::string>& machine_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const machine* m : all_machines()) all.emplace_back(m->kind);
        return all;
    }();
    return names;
}

history fold(std::span<const event_record> records) {
    if (records.empty()) return {};
    const std::string& kind = records.front().kind;
    const auto other = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.kind != kind; });
    const auto& known = machine_names();
    const bool folds = std::find(known.begin(), known.end(), kind) != known.end();
    if (folds && other == records.end()) return fold_vm(records);
    history unknown;
    unknown.broken = !folds
                         ? "this program knows no machine of the kind \"" + kind + "\""
                         : "version " + std::to_string(other->version) + " is of another kind, \"" + other->kind + "\"";
    return unknown;
}

}  // namespace slipway::service
