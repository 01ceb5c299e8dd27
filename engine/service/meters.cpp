#include "engine/service/meters.hpp"

#include "engine/model/codec.hpp"

#include <algorithm>

namespace slipway::service {

namespace {

histogram::seconds between(timestamp from, timestamp to) {
    return std::max(to - from, std::chrono::milliseconds{0});  // wall time may have been set back
}

answer_class class_of(int status) {
    if (status == 0) return answer_class::none;
    if (status == 429) return answer_class::too_many;
    if (status >= 500) return answer_class::server_error;
    return status >= 400 ? answer_class::refused : answer_class::success;
}

}  // namespace

void meters::hetzner_answered(int status) {
    ++so_far_.hetzner_answers[static_cast<std::size_t>(class_of(status))];
}

void meters::appended(const vm_state& state, const std::vector<event_record>& records) {
    if (records.empty()) return;
    const stream_id& id = records.front().stream;
    under_way& stream = streams_[id];
    for (const event_record& record : records) take(stream, record);
    if (const auto& intent = state.data.intent; intent && !stream.in_hand && records.back().type == step_started::name) {
        stream.in_hand = intent->step;
        stream.began = records.back().at;
    }
    if (!stream.in_hand && !is_on_its_way(state)) streams_.erase(id);
}

void meters::take(under_way& stream, const event_record& record) {
    if (record.version == 1) stream.requested = record.at;
    if (const auto done = completed_by(record.type)) {
        if (stream.in_hand == done)
            so_far_.steps.try_emplace(*done, waits).first->second.add(between(stream.began, record.at));
        stream.in_hand.reset();
    }
    if (record.type == activated::name && stream.requested) so_far_.to_active.add(between(*stream.requested, record.at));
    if (record.type != step_failed::name) return;
    stream.in_hand.reset();
    const auto decoded = decode(record.type, record.schema_version, record.data);
    if (!decoded) return;
    const auto& why = std::get<step_failed>(*decoded);
    ++so_far_.failures[{why.step, why.code}];
}

}  // namespace slipway::service
