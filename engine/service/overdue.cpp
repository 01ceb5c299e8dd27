#include "engine/service/overdue.hpp"

#include "engine/model/recipe_output.hpp"
#include "engine/service/history.hpp"

#include <utility>

namespace slipway::service {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// What a script printed may hold anything, passwords too: it is not sent about.
void take_output_out(failure_code code, std::string& message, std::string& output) {
    output.clear();
    if (code == failure_code::recipe_failed) message = first_line(message);
}

}  // namespace

std::optional<milliseconds> usual_time(const vm_state& state, milliseconds patience) {
    const vm_spec& spec = state.data.spec;
    if (state.kind() == audit_kind) return {};
    if (state.in("server_created")) return patience + seconds{spec.ssh_timeout_s};
    const bool runs_something = !spec.recipe.empty() || state.data.has_app();
    if (state.in("ssh_ready")) return patience + seconds{runs_something ? spec.recipe_timeout_s : 0};
    const bool is_short = state.in("accepted") || state.in("key_created") || state.in("recipe_run") ||
                          state.in("cleaning_up") || state.in("terminating");
    return is_short ? std::optional(patience) : std::nullopt;
}

result<std::optional<overdue_alert>> alert_over(std::span<const event_record> records, timestamp now, milliseconds patience,
                                                surroundings around) {
    const history lived = fold(records);
    if (lived.broken || !lived.head)
        return make_error(error_kind::corrupt, lived.broken.value_or("the stream has no events"));
    std::optional<overdue_alert> out;
    const auto usual = usual_time(lived.state, patience);
    if (!usual) return out;
    story of = story_of(lived.state, records, lived.states);
    for (dated_failure& one : of.failures) take_output_out(one.what.code, one.what.message, one.what.output);
    if (auto& failure = of.state.data.failure) take_output_out(failure->code, failure->message, failure->output);
    overdue_alert alert;
    alert.stream = records.front().stream;
    alert.kind = lived.head->kind;
    alert.state = lived.head->state;
    alert.name = lived.head->name;
    alert.provider = lived.head->provider;
    alert.since = of.since;
    alert.usual = *usual;
    alert.held = of.state.data.held.has_value();
    around.overdue = alert;
    reasons said = reasons_of(of, records, now, around);
    alert.why = std::move(said.why);
    alert.to_do = std::move(said.to_do);
    out = std::move(alert);
    return out;
}

}  // namespace slipway::service
