#include "tools/slipway-log/details.hpp"

#include "engine/base/duration_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/model/recipe_output.hpp"
#include "tools/slipway-log/layout.hpp"

#include <algorithm>
#include <type_traits>

namespace slipway::inspection {

using nlohmann::ordered_json;

namespace {

std::string seconds_of(std::int64_t ms) {
    return duration_text(std::chrono::milliseconds{ms}).substr(1);
}

std::string joined(const std::vector<leak>& leaked) {
    std::string text;
    for (const leak& l : leaked)
        text += (text.empty() ? "left behind: " : ", ") + std::string(name(l.kind)) + " " + std::to_string(l.id);
    return text;
}

std::string order(const vm_spec& spec) {
    std::string text = spec.name + ": ";
    for (std::size_t i = 0; i < spec.candidates.size(); ++i)
        text += (i == 0 ? "" : " or ") + spec.candidates[i].server_type + " in " + spec.candidates[i].location;
    text += ", " + spec.image;
    if (spec.app != "none" && !spec.app.empty()) text += ", " + spec.app;
    if (spec.network != 0) text += ", network " + std::to_string(spec.network);
    for (const std::int64_t id : spec.firewalls) text += ", firewall " + std::to_string(id);
    if (!spec.recipe.empty()) text += ", recipe of " + std::to_string(spec.recipe.size()) + " bytes";
    return text;
}

// Events in words; one that is not here shows its data. Names of steps and failures are those of the log, so that one can
// search for them.
struct wording {
    std::string operator()(const vm_requested& e) const { return order(e.spec) + ", for " + e.owner; }
    std::string operator()(const contract_accepted& e) const {
        return e.contract_id + ", offering " + e.offering + ": " + order(e.spec) + ", for " + e.owner +
               (e.expires_at ? ", until " + to_rfc3339(*e.expires_at) : "");
    }
    std::string operator()(const step_started& e) const {
        std::string text{name(e.step)};
        if (e.attempt > 1) text += ", attempt " + std::to_string(e.attempt);
        if (!e.server_name.empty()) text += ", as " + e.server_name;
        if (e.candidate_) text += " (" + e.candidate_->server_type + " in " + e.candidate_->location + ")";
        return text;
    }
    std::string operator()(const key_created& e) const {
        return "key " + std::to_string(e.key_id) + (e.ours ? ", made by slipway" : ", was there already");
    }
    std::string operator()(const server_created& e) const {
        std::string text = "server " + std::to_string(e.server_id) + ", " + e.server_name + " (" + e.server_type +
                           " in " + e.location + ")";
        if (!e.ipv4.empty()) text += ", " + e.ipv4;
        return text + (e.adopted ? ", found again" : "");
    }
    std::string operator()(const ssh_ready& e) const { return e.address; }
    std::string operator()(const recipe_run& e) const {
        if (!e.unknown.empty()) return "its end was never learnt: " + e.unknown;
        if (!e.ran) return "no recipe";
        return "exit code " + std::to_string(e.exit_code) + " after " + seconds_of(e.duration_ms) + ", " +
               std::to_string(e.output_bytes) + " bytes of output";
    }
    std::string operator()(const host_keys_prepared& e) const {
        return std::to_string(e.host_keys.size()) + (e.host_keys.size() == 1 ? " host key" : " host keys");
    }
    std::string operator()(const activated& e) const {
        std::string text = e.address;
        for (const shortcoming& one : e.missing) text += ", missing " + std::string(name(one.what)) + ": " + one.why;
        return text;
    }
    std::string operator()(const step_failed& e) const {
        std::string text = std::string(name(e.step)) + ": " + std::string(name(e.code));
        if (e.retry_at) text += ", again at " + to_rfc3339(*e.retry_at);
        if (e.next == variation::next_candidate) text += " with the next candidate";
        if (e.next == variation::next_name) text += " under the next name";
        if (e.unknown) text += ", outcome unknown";
        return text + ": " + with_output(e.message, e.output);
    }
    std::string operator()(const end_requested& e) const { return e.reason; }
    std::string operator()(const server_deleted& e) const {
        return e.server_id == 0 ? "none was ever made"
                                : "server " + std::to_string(e.server_id) + (e.existed ? "" : ", was gone already");
    }
    std::string operator()(const key_deleted& e) const {
        return "key " + std::to_string(e.key_id) + (e.existed ? "" : ", was gone already");
    }
    std::string operator()(const key_kept& e) const { return "key " + std::to_string(e.key_id) + ": " + e.why; }
    std::string operator()(const cleaned_up& e) const { return joined(e.leaked); }
    std::string operator()(const failed& e) const {
        return std::string(name(e.step)) + ": " + std::string(name(e.code)) + ": " +
               with_output(e.message, e.output);
    }
    std::string operator()(const termination_failed& e) const { return joined(e.leaked) + ": " + e.message; }
    std::string operator()(const held& e) const {
        return std::string(name(e.step)) + ": " + std::string(name(e.code)) + ": " + e.message;
    }
    std::string operator()(const adopted& e) const {
        return "server " + std::to_string(e.server_id) + ", " + e.server_name + " (" + e.server_type + " in " +
               e.location + ")" + (e.contract_id.empty() ? "" : ", of the contract " + e.contract_id);
    }
    std::string operator()(const audited& e) const {
        std::string text = "project of " + e.provider + ": ";
        if (e.findings.empty()) return text + "nothing to find";
        for (std::size_t i = 0; i < e.findings.size(); ++i)
            text += (i == 0 ? "" : ", ") + std::string(name(e.findings[i].what)) + " " +
                    std::string(name(e.findings[i].kind)) + " " + std::to_string(e.findings[i].id);
        return text;
    }
    std::string operator()(const command_refused& e) const { return e.command + ": " + e.why; }
};

}  // namespace

std::string details_of(const event_record& record) {
    const auto decoded = decode(record.type, record.schema_version, record.data);
    if (!decoded) return std::string("(") + printable(decoded.error().message) + ") " + printable(record.data);
    return printable(std::visit(
        [&]<class Event>(const Event& e) -> std::string {
            if constexpr (std::is_invocable_v<wording, Event>)
                return wording{}(e);
            else
                return record.data == "{}" ? std::string() : record.data;
        },
        *decoded));
}

std::string dump(const ordered_json& document) {
    return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json head_json(const stream_head& head) {
    ordered_json line;
    line["stream"] = head.stream.text;
    line["kind"] = head.kind;
    line["name"] = head.name;
    line["state"] = head.state;
    line["version"] = head.version;
    line["owner"] = head.owner;
    line["due_at"] = nullptr;
    if (head.due_at) line["due_at"] = to_rfc3339(*head.due_at);
    line["provider"] = head.provider;
    line["key_fingerprint"] = head.key_fingerprint;
    line["at_rest"] = head.at_rest;
    line["ended"] = head.ended;
    line["definition"] = head.definition;
    line["hash"] = head.hash;
    return line;
}

}  // namespace slipway::inspection
