#include "adapters/composition/watch.hpp"

#include "engine/model/codec.hpp"
#include "engine/model/recipe_output.hpp"

#include <spdlog/spdlog.h>

namespace slipway::composition {

void watch::appended(const vm_state& state, const std::vector<event_record>& records) {
    const spine& d = state.data;
    const std::string name = d.contract_id.empty() ? d.spec.name : d.contract_id;
    for (const event_record& record : records) {
        if (record.type == step_started::name) continue;
        if (record.type == step_failed::name) {
            const auto what = decode(record.type, record.schema_version, record.data);
            const auto* failure = what ? std::get_if<step_failed>(&*what) : nullptr;
            if (failure)
                spdlog::warn("{} {} ({}): {} failed: {}{}", record.kind, name, record.stream.text,
                             slipway::name(failure->step), first_line(failure->message),
                             failure->retry_at ? ", next try at " + to_rfc3339(*failure->retry_at) : ", given up");
            continue;
        }
        spdlog::info("{} {} ({}): {}", record.kind, name, record.stream.text, record.type);
    }
}

void watch::stream_trouble(const stream_id& stream, const std::string& message) {
    if (troubled_.insert(stream).second) spdlog::error("stream {} is left alone: {}", stream.text, message);
}

void watch::clock_trouble(const std::string& message) {
    spdlog::error("{}", message);
}

void watch::older_log(const std::string& provider, const project_survey& seen) {
    for (const cloud_server& server : seen.ahead)
        spdlog::error("the event log is older than the server {} ({}) in the project of {}: nothing is ordered or ended "
                      "there until that is settled; see slipway audit",
                      server.id, server.name, provider);
}

// The other one goes on with the stream: that is worth a line, and nobody's trouble.
void watch::append_fenced(const stream_id&, const std::string& message) {
    spdlog::warn("an append came too late and was refused: {}", message);
}

void watch::log_trouble(const std::string& message) {
    spdlog::error("{}", message);
}

}  // namespace slipway::composition
