#include "engine/service/reasons.hpp"

#include "engine/base/duration_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/service/next_steps.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace slipway::service {

namespace {

std::string as_sentence(std::string text) { return text.ends_with('.') ? text : text + '.'; }

// The message about this stream that has failed most often.
const outgoing* unsent_about(std::span<const event_record> records, const std::vector<outgoing>& unsent) {
    const outgoing* worst = nullptr;
    for (const outgoing& message : unsent) {
        const bool about_it = std::any_of(records.begin(), records.end(), [&](const auto& r) { return r.event_id == message.event_id; });
        if (about_it && message.attempts > 0 && (worst == nullptr || message.attempts > worst->attempts)) worst = &message;
    }
    return worst;
}

// Of one that has ended: what of it stays at Hetzner on purpose.
std::optional<key_kept> kept_key(const story& of, std::span<const event_record> records) {
    if (!of.state.in("terminated") && !of.state.in("failed")) return {};
    for (auto it = records.rbegin(); it != records.rend(); ++it) {
        if (it->type != key_kept::name) continue;
        const auto event = decode(it->type, it->schema_version, it->data);
        if (event) return std::get<key_kept>(*event);
    }
    return {};
}

// Taken up by nobody so far.
bool is_untouched_contract(const vm_state& state) {
    return state.kind() == contract_kind && state.in("accepted") && !state.data.intent && state.data.attempts == 0;
}

// An alert over an earlier state says nothing about this one.
bool is_overdue(const story& of, const surroundings& around) {
    return around.overdue && of.state.state_name() == around.overdue->state;
}

void then_do(std::string& to_do, const std::string& what) { to_do += (to_do.empty() ? "" : " ") + what; }

}  // namespace

reasons reasons_of(const story& of, std::span<const event_record> records, timestamp now, const surroundings& around) {
    reasons out{explain(of, now), what_to_do(of, now)};
    const bool on_its_way = wants(of.state).has_value();
    const auto foremost = [&](std::string sentence) { out.why.insert(out.why.begin() + 1, as_sentence(std::move(sentence))); };
    if (on_its_way && is_untouched_contract(of.state) && around.holds_contracts) {
        foremost("This slipwayd does not provision contracts: HETZNER_PROVISIONING_ENABLED is not true");
        out.to_do = "Set HETZNER_PROVISIONING_ENABLED=true for slipwayd, and restart it; it goes on by itself then.";
    }
    // What stands before all else that is wanted: until it is mended nothing of it is done.
    if (on_its_way && around.older_log) {
        foremost("Nothing is ordered or ended in its project: Hetzner has servers there that this log does not know, or knows less of");
        out.to_do = remedy_for_older_log();
    }
    if (on_its_way && !around.provider_trouble.empty()) {
        foremost("Hetzner does not take the token of its provider: " + around.provider_trouble);
        out.to_do = remedy_for_token();
    }
    if (on_its_way && !around.log_trouble.empty()) {
        foremost("Nothing goes on: " + around.log_trouble);
        out.to_do = "Give the database's disk room, or make it writable again; it goes on by itself then.";
    }
    if (const auto key = kept_key(of, records))
        out.why.push_back(as_sentence("Its SSH key " + std::to_string(key->key_id) + " stays at Hetzner: " + key->why));
    if (const outgoing* message = unsent_about(records, around.unsent)) {
        out.why.push_back("A message by " + message->channel + " about it has not gone out: " + std::to_string(message->attempts) +
                          (message->attempts == 1 ? " attempt" : " attempts") + " failed, and the next one is planned at " +
                          to_rfc3339(message->due_at) + ".");
        then_do(out.to_do, "See in slipwayd's log what is wrong with messages by " + message->channel +
                               ", and set it right; they go out by themselves then.");
    }
    if (is_overdue(of, around)) {
        out.why.front() += " It is overdue since " + to_rfc3339(around.overdue->overdue_since()) + ": " +
                           duration_text(around.overdue->usual).substr(1) + " is usual.";
        if (out.to_do.empty())
            out.to_do = "See whether slipwayd runs and what its log says: nothing is seen to be in the way, and yet it takes longer than usual.";
    }
    return out;
}

}  // namespace slipway::service
