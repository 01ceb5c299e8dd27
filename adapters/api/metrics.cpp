#include "adapters/api/metrics.hpp"

#include <fmt/format.h>

namespace slipway::api {

namespace {

void begin(std::string& text, std::string_view name, std::string_view help, std::string_view type = "gauge") {
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

std::string prometheus_text(const service::measurements& now) {
    std::string text;
    begin(text, "slipway_streams", "VMs and contracts that have not ended, by state.");
    for (const auto& [what, count] : now.live)
        text += fmt::format("slipway_streams{{kind=\"{}\",state=\"{}\"}} {}\n", what.first, what.second, count);
    begin(text, "slipway_log_writable", "Whether the event log could be written when that was last tried.");
    text += fmt::format("slipway_log_writable {}\n", now.log_writable ? 1 : 0);
    begin(text, "slipway_events_appended_seq", "Sequence number of the last event that this process appended.");
    text += fmt::format("slipway_events_appended_seq {}\n", now.last_seq);
    begin(text, "slipway_appends_fenced_total", "Appends that were refused: another daemon had taken the stream over.",
          "counter");
    text += fmt::format("slipway_appends_fenced_total {}\n", now.appends_fenced);
    begin(text, "slipway_hetzner_requests_left", "What is left of a project's request budget, as reckoned.");
    for (const auto& project : now.projects)
        text += fmt::format("slipway_hetzner_requests_left{{provider=\"{}\"}} {:.0f}\n", project.provider,
                            project.requests_left);
    begin(text, "slipway_provider_token_works", "Whether Hetzner took the provider's token when it was last shown.");
    for (const auto& project : now.projects)
        text += fmt::format("slipway_provider_token_works{{provider=\"{}\"}} {}\n", project.provider,
                            project.token_works ? 1 : 0);
    return text;
}

}  // namespace slipway::api
