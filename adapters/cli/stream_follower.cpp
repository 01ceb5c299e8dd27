#include "adapters/cli/stream_follower.hpp"

#include "adapters/cli/wording.hpp"
#include "engine/model/codec.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

using nlohmann::ordered_json;

namespace {

result<event_record> record_of(std::string_view line) {
    // What is nested deeper than any event is left out: to print it again would go as deep as it is.
    constexpr int deepest = 64;
    const auto not_too_deep = [](int depth, ordered_json::parse_event_t, ordered_json&) { return depth <= deepest; };
    const auto j = ordered_json::parse(line, not_too_deep, false);
    event_record out;
    try {
        const auto at = parse_rfc3339(j.at("at").get<std::string>());
        out.seq = j.at("seq").get<std::uint64_t>();
        out.stream.text = j.at("stream").get<std::string>();
        out.kind = j.at("kind").get<std::string>();
        out.version = j.at("version").get<std::uint64_t>();
        out.type = j.at("type").get<std::string>();
        out.schema_version = j.at("schema_version").get<int>();
        out.at = at.value();
        out.data = j.at("data").dump();
    } catch (const std::exception&) {
        return make_error(error_kind::failed, "the daemon's event log has a line that this slipway cannot read");
    }
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
            return make_error(error_kind::failed, "the daemon and this slipway are of different versions: " +
                                                      printable(stepped.error().message));
        if (seen_ == 0) view_.created_at = record->at;
        view_.changed_at = record->at;
        seen_ = record->seq;
        ++taken;
        if (tell) tell->appended(view_.state, std::vector<event_record>(1, *std::move(record)));
    }
    return taken;
}

}  // namespace slipway::cli
