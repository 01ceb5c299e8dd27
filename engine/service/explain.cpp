#include "engine/service/explain.hpp"

#include "engine/base/duration_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/model/recipe_output.hpp"

#include <algorithm>
#include <map>

namespace slipway::service {

namespace {

std::string span_of(std::chrono::milliseconds d) {
    return duration_text(std::chrono::abs(d)).substr(1);
}

std::string since(timestamp then, timestamp now) {
    return "since " + to_rfc3339(then) + (now < then ? "" : ", for " + span_of(now - then));
}

// "at 2026-…, in 5.000s", "at 2026-…, 3m20s ago"
std::string when(timestamp then, timestamp now) {
    return "at " + to_rfc3339(then) +
           (then > now ? ", in " + span_of(then - now) : ", " + span_of(now - then) + " ago");
}

std::string many(std::size_t count, const std::string& one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string server_of(const spine& d) {
    const auto* s = d.known_server();
    if (s == nullptr) return "no server";
    return "server " + std::to_string(s->id) + " (" + s->name + ", " + s->server_type + " in " + s->location + ")";
}

std::string cause(const auto& failure) {
    return std::string(name(failure.step)) + " failed (" + std::string(name(failure.code)) +
           "): " + with_output(failure.message, failure.output);
}

// A sentence's end, unless the text that others wrote has one.
std::string ended(std::string text) {
    if (!text.ends_with('.')) text += '.';
    return text;
}

std::string thing(const leak& l) {
    return std::string(name(l.kind)) + " " + std::to_string(l.id) + (l.name.empty() ? "" : " (" + l.name + ")");
}

using sentences = std::vector<std::string>;

// What being in this state means for this one.
std::string what_state_means(const vm_state& s) {
    const spine& d = s.data;
    const std::string reason = d.end_reason.empty() ? "" : " (" + d.end_reason + ")";
    const std::string could_not =
        d.failure ? ended("It could not be made: " + cause(*d.failure)) : "";
    if (s.in("accepted")) return "Its SSH key is not known to Hetzner yet, and it has no server.";
    if (s.in("key_created")) return "Its SSH key is known to Hetzner; it has no server yet.";
    if (s.in("server_created")) return "It has " + server_of(d) + "; SSH has not answered there yet.";
    if (s.in("ssh_ready")) return "SSH answers on " + server_of(d) + "; its recipe has not been run to its end.";
    if (s.in("recipe_run")) return "Its recipe has run; it is not in its owner's hands yet.";
    if (s.in("active")) return "It is in its owner's hands: " + server_of(d) + ", " + d.address + ".";
    if (s.in("cleaning_up")) return could_not + " What was made on the way is being deleted.";
    if (s.in("failed"))
        return could_not +
               (d.leaked.empty() ? " Nothing of it is left at Hetzner." : " Not all of it could be deleted.");
    if (s.in("terminating")) return "It is being deleted" + reason + ".";
    if (s.in("terminated")) return "It was deleted" + reason + ": nothing of it is left at Hetzner.";
    if (s.in("termination_failed")) return "It was to be deleted" + reason + ", and not all of it could be.";
    return {};
}

void say_contract(const spine& d, sentences& said) {
    if (d.contract_id.empty()) return;
    std::string text = "It is a contract of " + d.owner + " for the offering " + d.offering;
    if (d.expires_at) text += ", good until " + to_rfc3339(*d.expires_at);
    said.push_back(text + ".");
}

std::string_view says(finding_kind k) {
    switch (k) {
        case finding_kind::orphan:
            return "At Hetzner, and of no live stream: ";
        case finding_kind::vanished:
            return "In the log, and not at Hetzner any more: ";
        case finding_kind::leaked:
            return "Could not be deleted and is still there: ";
        case finding_kind::foreign:
            return "Made by another installation: ";
        case finding_kind::ahead:
            return "Further than this log, which is an older one: ";
    }
    return name(k);
}

void say_audit(const audited& audit, sentences& said) {
    if (audit.findings.empty()) {
        said.push_back("Hetzner has what the log says, and nothing else of ours.");
        return;
    }
    for (const audit_finding& f : audit.findings) {
        std::string text(says(f.what));
        text += std::string(name(f.kind)) + " " + std::to_string(f.id) + (f.name.empty() ? "" : " (" + f.name + ")");
        if (!f.stream.empty()) text += ", of stream " + f.stream;
        if (!f.cost_per_day.empty()) text += ", " + f.cost_per_day + " a day";
        said.push_back(text + ".");
    }
}

// The failures that the stream has not got over, one by one; the others by their number.
void say_failures(const story& of, timestamp now, sentences& said) {
    constexpr std::size_t shown = 3;
    if (of.overcome > 0) {
        std::map<std::string, std::size_t> causes;
        for (std::size_t i = 0; i < of.overcome; ++i)
            ++causes[std::string(name(of.failures[i].what.step)) + " " + std::string(name(of.failures[i].what.code))];
        std::string text = "On the way " + many(of.overcome, "attempt") + " failed: ";
        bool first = true;
        for (const auto& [what, times] : causes) {
            text += (first ? "" : ", ") + what + (times > 1 ? " " + std::to_string(times) + " times" : "");
            first = false;
        }
        said.push_back(text + ".");
    }
    const std::size_t open = of.failures.size() - of.overcome;
    if (open > shown) said.push_back(many(open - shown, "more attempt") + " failed before these:");
    for (std::size_t i = of.failures.size() - std::min(open, shown); i < of.failures.size(); ++i) {
        const auto& [at, what] = of.failures[i];
        std::string text = "An attempt failed " + when(at, now) + ": " + cause(what);
        said.push_back(ended(text));
        if (what.unknown) said.push_back("It is not known whether that attempt had its effect.");
    }
}

void say_leaks(const spine& d, sentences& said) {
    for (const leak& l : d.leaked)
        said.push_back(ended("Left behind at Hetzner" +
                             std::string(l.kind == resource_kind::server ? ", where it costs money: " : ": ") + thing(l) +
                             ", because: " + l.why));
}

void say_doubts(const spine& d, sentences& said) {
    const auto doubt = [&](int count, const std::string& what) {
        if (count > 0)
            said.push_back(many(static_cast<std::size_t>(count), "request") + " to " + what +
                           " got no answer: what came of " + (count == 1 ? "it" : "them") +
                           " is looked for before anything else is done.");
    };
    doubt(d.server_unknown, "create a server");
    doubt(d.key_unknown, "register the key");
}

void say_refusals(const story& of, timestamp now, sentences& said) {
    constexpr std::size_t shown = 3;
    const std::size_t from = of.refusals.size() - std::min(of.refusals.size(), shown);
    for (std::size_t i = from; i < of.refusals.size(); ++i) {
        const auto& [at, actor, what] = of.refusals[i];
        said.push_back(
            ended("The command " + what.command + " of " + actor + " was refused " + when(at, now) + ": " + what.why));
    }
}

// The step with what makes this attempt another one than the last.
std::string described(step next, const spine& d) {
    std::string text(name(next));
    if (next != step::create_server) return text;
    return text + " (" + d.where().server_type + " in " + d.where().location + ", as " + d.server_name() + ")";
}

void say_next(const story& of, timestamp now, sentences& said) {
    const vm_state& s = of.state;
    const spine& d = s.data;
    if (s.kind() == audit_kind) return said.push_back("It waits for the next audit.");
    const auto wanted = wants(s);
    if (!wanted) {
        if (d.held)
            return said.push_back("It is held, and waits for somebody to say what becomes of it: delete it, or take it in "
                                  "with slipway audit --adopt. " + d.held->message);
        if (mends(s))
            return said.push_back("What is left at Hetzner is tried to be deleted again, less and less often.");
        if (const auto end = expiry(s))
            return said.push_back(*end > now ? "It waits for a command, and ends by itself " + when(*end, now) + "."
                                             : "Its time was over " + when(*end, now) + ": it is to be ended now.");
        if (s.in("termination_failed") || !d.leaked.empty())
            return said.push_back("Nothing more is tried by itself: it waits for a command to delete what is left.");
        if (s.in("active")) return said.push_back("It waits for a command.");
        return said.push_back("It has ended: nothing more will happen.");
    }
    const step next = step_of(*wanted);
    if (d.intent) {
        std::string text = "The step " + std::string(name(d.intent->step)) + ", attempt " +
                           std::to_string(d.intent->attempt) + ", began " + when(d.intent->at, now) +
                           ", and has no result yet.";
        if (d.intent->step == step::run_recipe)
            text = "Its recipe is running, since " + to_rfc3339(d.intent->at) + (now < d.intent->at ? "" : ", for " + span_of(now - d.intent->at)) +
                   "; it may take " + span_of(std::chrono::seconds{d.spec.recipe_timeout_s}) + ".";
        if (d.intent->step != next) text += " Behind it comes " + described(next, d) + ".";
        return said.push_back(text);
    }
    std::string text = "Next is " + described(next, d);
    if (d.attempts > 0) text += ", after " + many(static_cast<std::size_t>(d.attempts), "failed attempt");
    if (d.retry_at) text += ", planned " + when(*d.retry_at, now);
    said.push_back(text + ".");
}

}  // namespace

story story_of(const vm_state& state, std::span<const event_record> records, std::span<const std::string> states) {
    story found;
    found.state = state;
    std::size_t progress = 0;  // failures that some progress came after
    for (std::size_t i = 0; i < states.size(); ++i) {
        const event_record& r = records[i];
        if (i == 0 || states[i] != states[i - 1]) found.since = r.at;
        const auto decoded = decode(r.type, r.schema_version, r.data);
        if (!decoded) continue;
        if (const auto* failure = std::get_if<step_failed>(&*decoded)) {
            found.failures.push_back({r.at, *failure});
            // Given up: the machine remembers it as its failure or as something left behind, and goes on.
            if (!failure->retry_at) progress = found.failures.size();
        } else if (const auto* refusal = std::get_if<command_refused>(&*decoded)) {
            found.refusals.push_back({r.at, r.actor, *refusal});
        } else if (!std::holds_alternative<step_started>(*decoded)) {
            progress = found.failures.size();
        }
    }
    found.overcome = progress;
    return found;
}

std::vector<std::string> explain(const story& of, timestamp now) {
    const spine& d = of.state.data;
    sentences said;
    const std::string name = head_of(of.state, {}).name;
    const bool is_audit = of.state.kind() == audit_kind;
    said.push_back((is_audit ? "The audit of " + name : name) + " has been in the state " +
                   std::string(of.state.state_name()) + " " + since(of.since, now) + ".");
    if (const std::string what = what_state_means(of.state); !what.empty()) said.push_back(what);
    if (is_audit) say_audit(of.state.audit, said);
    say_contract(d, said);
    say_failures(of, now, said);
    say_doubts(d, said);
    say_leaks(d, said);
    say_refusals(of, now, said);
    say_next(of, now, said);
    return said;
}

std::string explain_holder(const story& of, const std::optional<log_holder>& holder) {
    const bool idle = !wants(of.state) && !expiry(of.state) && !mends(of.state);
    if (!holder) return "Nobody has opened the log for writing yet.";
    if (holder->running) return "The log is written by " + holder->who + " since " + to_rfc3339(holder->since) + ".";
    std::string text = "No process is seen to write the log; the last one was " + holder->who + ", from " +
                       to_rfc3339(holder->since) + " on.";
    if (!idle)
        text += of.state.kind() == vm_kind ? " Nothing goes on until slipwayd or slipway server resume runs."
                                           : " Nothing goes on until slipwayd runs.";
    return text;
}

}  // namespace slipway::service
