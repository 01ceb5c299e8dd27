#include "engine/service/stream_story.hpp"

#include "engine/model/codec.hpp"
#include "engine/service/allowed_actions.hpp"
#include "engine/service/event_words.hpp"
#include "engine/service/explain.hpp"
#include "engine/service/history.hpp"

#include <algorithm>
#include <utility>

namespace slipway::service {

namespace {

std::vector<stream_story::entry> timeline_of(std::span<const event_record> records, const std::vector<std::string>& states) {
    std::vector<stream_story::entry> timeline;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const event_record& record = records[i];
        stream_story::entry one;
        one.seq = record.seq;
        one.version = record.version;
        one.at = record.at;
        one.type = record.type;
        one.actor = record.actor;
        one.state = states[i];
        if (const auto decoded = decode(record.type, record.schema_version, record.data))
            one.words = past_tense(*decoded, record.at);
        timeline.push_back(std::move(one));
    }
    return timeline;
}

std::optional<stream_story::output> output_of(const spine& d) {
    if (!d.recipe || !d.recipe->ran) return {};
    stream_story::output out;
    if (d.recipe->unknown.empty()) out.exit_code = d.recipe->exit_code;
    out.text = d.recipe->output_tail;
    return out;
}

}  // namespace

result<stream_story> tell_story(std::span<const event_record> records, std::uint64_t version, timestamp now,
                                const surroundings& around) {
    const std::uint64_t last = records.empty() ? 0 : records.back().version;
    const std::uint64_t wanted = version == 0 ? last : std::min(version, last);
    const auto end = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.version > wanted; });
    const auto part = records.first(static_cast<std::size_t>(end - records.begin()));
    const history lived = fold(part);
    if (lived.broken || lived.states.empty())
        return make_error(error_kind::corrupt, lived.broken.value_or("the stream has no events"));
    const bool earlier = wanted != last;
    const timestamp then = earlier ? part.back().at : now;

    const story of = story_of(lived.state, part, lived.states);
    stream_story told;
    told.view.stream = part.front().stream;
    told.view.state = lived.state;
    told.view.created_at = part.front().at;
    told.view.changed_at = part.back().at;
    if (lived.state.in("terminated")) told.view.terminated_at = of.since;
    told.version = wanted;
    told.last_version = last;
    told.at = part.back().at;
    told.since = of.since;
    reasons found = reasons_of(of, part, then, earlier ? surroundings() : around);
    told.why = std::move(found.why);
    told.to_do = std::move(found.to_do);
    if (!earlier) {
        told.actions = allowed_actions(lived.state);
        if (around.overdue && around.overdue->state == lived.state.state_name())
            told.overdue_since = around.overdue->overdue_since();
        if (wants(lived.state)) told.view.provider_trouble = around.provider_trouble;
    }
    told.timeline = timeline_of(part, lived.states);
    told.recipe = output_of(lived.state.data);
    return told;
}

}  // namespace slipway::service
