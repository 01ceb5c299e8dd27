#include "adapters/api/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <utility>

namespace slipway::api {

namespace {

void begin(std::string& text, std::string_view name, std::string_view help, std::string_view type = "gauge") {
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

constexpr std::array answer_names{"2xx", "4xx", "429", "5xx", "none"};  // by service::answer_class

// `labels`: of the one that is measured, as in a selector; empty: there is only one.
void add(std::string& text, std::string_view name, const std::string& labels, const histogram& seen) {
    const std::string comma = labels.empty() ? "" : labels + ",";
    const std::string braces = labels.empty() ? "" : "{" + labels + "}";
    std::uint64_t up_to = 0;
    for (std::size_t at = 0; at < seen.bounds().size(); ++at)
        text += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, comma, seen.bounds()[at], up_to += seen.counts()[at]);
    up_to += seen.counts().back();
    text += fmt::format("{0}_bucket{{{1}le=\"+Inf\"}} {2}\n{0}_sum{3} {4}\n{0}_count{3} {2}\n", name, comma, up_to, braces,
                        seen.sum());
}

void add_work(std::string& text, const service::readings& work) {
    begin(text, "slipway_step_duration_seconds", "From a step's intent to its success, by step.", "histogram");
    for (const auto& [step, seen] : work.steps)
        add(text, "slipway_step_duration_seconds", fmt::format("step=\"{}\"", name(step)), seen);
    begin(text, "slipway_provisioning_duration_seconds", "From a request until the VM was handed over.", "histogram");
    add(text, "slipway_provisioning_duration_seconds", {}, work.to_active);
    begin(text, "slipway_step_failures_total", "Attempts of steps that failed, by step and cause.", "counter");
    for (const auto& [what, count] : work.failures)
        text += fmt::format("slipway_step_failures_total{{step=\"{}\",code=\"{}\"}} {}\n", name(what.first),
                            name(what.second), count);
    begin(text, "slipway_hetzner_answers_total", "Hetzner's answers by class; none: a request that got no answer.",
          "counter");
    for (std::size_t at = 0; at < answer_names.size(); ++at)
        text += fmt::format("slipway_hetzner_answers_total{{class=\"{}\"}} {}\n", answer_names[at],
                            work.hetzner_answers[at]);
    begin(text, "slipway_loop_lag_seconds", "By how much the event loop came later than it was told to.", "histogram");
    add(text, "slipway_loop_lag_seconds", {}, work.loop_lag);
}

}  // namespace

std::string prometheus_text(const service::measurements& now) {
    std::string text;
    begin(text, "slipway_streams", "VMs and contracts that have not ended, by state.");
    for (const auto& [what, count] : now.live)
        text += fmt::format("slipway_streams{{kind=\"{}\",state=\"{}\"}} {}\n", what.first, what.second, count);
    std::map<std::pair<std::string, std::string>, std::size_t> overdue;
    for (const auto& alert : now.overdue) ++overdue[{alert.kind, alert.state}];
    begin(text, "slipway_overdue", "VMs and contracts that are not on their way within what is usual, by state.");
    for (const auto& [what, count] : overdue)
        text += fmt::format("slipway_overdue{{kind=\"{}\",state=\"{}\"}} {}\n", what.first, what.second, count);
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
    add_work(text, now.work);
    begin(text, "slipway_commit_duration_seconds", "How long the store took to commit events of this process.", "histogram");
    add(text, "slipway_commit_duration_seconds", {}, now.commits);
    begin(text, "slipway_outbox_messages", "Messages to people that have not gone out.");
    text += fmt::format("slipway_outbox_messages {}\n", now.messages_waiting);
    return text;
}

}  // namespace slipway::api
