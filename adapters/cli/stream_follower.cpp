#include "adapters/cli/stream_follower.hpp"

#include "engine/model/codec.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

using nlohmann::ordered_json;

namespace {

result<event_record> record_of(std::string_view line) {
    const auto j = ordered_json::parse(line, nullptr, false);
    const auto at = j.is_object() ? parse_rfc3339(j.value("at", "")) : std::nullopt;
    if (!at || !j.contains("data"))
        return make_error(error_kind::failed, "the daemon's event log has a line that this slipway cannot read");
    event_record out;
    out.seq = j.value("seq", std::uint64_t{0});
    out.stream.text = j.value("stream", "");
    out.kind = j.value("kind", "");
    out.version = j.value("version", std::uint64_t{0});
    out.type = j.value("type", "");
    out.schema_version = j.value("schema_version", 1);
    out.at = *at;
    out.actor = j.value("actor", "");
    out.command_id = j.value("command_id", "");
    out.data = j["data"].dump();
    return out;
}

}  // namespace

result<std::size_t> stream_follower::take(std::string_view json_lines, engine_observer* tell) {
    std::size_t taken = 0;
    while (!json_lines.empty()) {
        const auto end = json_lines.find('\n');
        const std::string_view line = json_lines.substr(0, end);
        json_lines.remove_prefix(end == std::string_view::npos ? json_lines.size() : end + 1);
        if (line.empty()) continue;
        auto record = record_of(line);
        if (!record) return record.error();
        if (record->seq <= seen_) continue;
        const auto event = decode(record->type, record->schema_version, record->data);
        const auto stepped = event ? evolve(view_.state, *event) : result<void>(event.error());
        if (!stepped)
            return make_error(error_kind::failed,
                              "the daemon and this slipway are of different versions: " + stepped.error().message);
        if (seen_ == 0) view_.created_at = record->at;
        view_.changed_at = record->at;
        seen_ = record->seq;
        ++taken;
        if (tell) tell->appended(view_.state, std::vector<event_record>(1, *std::move(record)));
    }
    return taken;
}

}  // namespace slipway::cli
