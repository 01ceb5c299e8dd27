#include "adapters/cli/progress.hpp"

#include "adapters/cli/wording.hpp"
#include "engine/model/codec.hpp"

#include <fmt/format.h>

#include <array>

namespace slipway::cli {

void progress::appended(const vm_state& state, const std::vector<event_record>& records) {
    for (const event_record& record : records) {
        auto& vm = vms_[record.stream];
        if (vm.name.empty()) {
            vm.began = record.at;
            vm.last = record.at;
        }
        vm.name = state.data.contract_id.empty() ? state.data.spec.name : state.data.contract_id;
        show(vm, state, record);
    }
}

void progress::show(watched& vm, const vm_state& state, const event_record& record) {
    const auto decoded = decode(record.type, record.schema_version, record.data);
    if (!decoded) return;
    if (const auto* started = std::get_if<step_started>(&*decoded)) {
        vm.doing = in_progress(started->step);
        return;
    }
    // The last line of a recipe need not end like one.
    if (std::holds_alternative<recipe_run>(*decoded) || std::holds_alternative<step_failed>(*decoded))
        flush_output(vm);
    std::string text = past_tense(*decoded, record.at);
    if (const auto* done = std::get_if<activated>(&*decoded); done && !done->missing.empty())
        text += "; what to do: slipway server show";
    if (!text.empty()) {
        const bool over = std::holds_alternative<activated>(*decoded) || std::holds_alternative<failed>(*decoded) ||
                          std::holds_alternative<terminated>(*decoded);
        line(vm, text, over ? "total " + seconds_text(record.at - vm.began) : seconds_text(record.at - vm.last));
    }
    vm.last = record.at;
    if (state.data.retry_at && *state.data.retry_at > record.at)
        vm.doing = "waiting to try again";
    else if (!wants(state))
        vm.doing.clear();
}

void progress::line(const watched& vm, const std::string& text, std::string_view since) {
    out_.note(fmt::format("{}  {}  ({})", vm.name, text, since));
}

void progress::recipe_output(const stream_id& stream, std::string_view text) {
    auto& vm = vms_[stream];
    vm.unfinished_line += text;
    for (std::size_t end; (end = vm.unfinished_line.find('\n')) != std::string::npos;) {
        out_.note(vm.name + "  | " + printable(vm.unfinished_line.substr(0, end)));
        vm.unfinished_line.erase(0, end + 1);
    }
    // A recipe that never ends its line must not fill the memory.
    if (vm.unfinished_line.size() > 4096) flush_output(vm);
}

void progress::flush_output(watched& vm) {
    if (!vm.unfinished_line.empty()) out_.note(vm.name + "  | " + printable(vm.unfinished_line));
    vm.unfinished_line.clear();
}

void progress::log_trouble(const std::string& message) { trouble_ = message; }

void progress::clock_trouble(const std::string& message) { out_.note(message); }

void progress::older_log(const std::string&, const project_survey& seen) {
    const cloud_server& one = seen.ahead.front();
    out_.complain("this log is older than the server " + printable(one.name) + " (" + std::to_string(one.id) +
                  ") at Hetzner: was a backup restored? Nothing is ordered or deleted until that is settled; "
                  "slipway audit says how");
}

void progress::stream_trouble(const stream_id& stream, const std::string& message) {
    out_.complain("stream " + stream.text + " is left alone: " + message);
}

void progress::tick(timestamp now) {
    if (!out_.lively()) return;
    static constexpr std::array frames{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    std::string text;
    for (const auto& [id, vm] : vms_) {
        if (vm.doing.empty()) continue;
        text += fmt::format("{}{}: {} {}", text.empty() ? "" : ", ", vm.name, vm.doing, seconds_text(now - vm.last));
    }
    if (!text.empty()) out_.status(std::string(frames[frame_++ % frames.size()]) + " " + text);
}

}  // namespace slipway::cli
