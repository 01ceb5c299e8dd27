#include "adapters/notify/messages.hpp"

#include "adapters/notify/message_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/model/recipe_output.hpp"
#include "engine/service/recipients.hpp"
#include "engine/service/shortcomings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace slipway::notify {

namespace {

constexpr std::string_view console = "the Hetzner Console (https://console.hetzner.com)";

std::string subject(std::string_view text) {
    return one_line("[slipway] " + std::string(text), 200);
}

std::string doing(step s) {
    switch (s) {
        case step::register_key:
            return "registering the buyer's SSH key at Hetzner";
        case step::create_server:
            return "creating the server";
        case step::reach_ssh:
            return "reaching the new server by SSH";
        case step::run_recipe:
            return "running the recipe";
        case step::prepare_host_keys:
            return "making the server's own host keys";
        case step::hand_over:
            return "handing the server over to the buyer";
        case step::delete_server:
            return "deleting the server";
        case step::release_key:
            return "deleting the SSH key";
    }
    return "a step";
}

// What a script printed may hold anything, passwords too: it is not sent about.
std::string reason(const failed& e) {
    return one_line(e.code == failure_code::recipe_failed ? first_line(e.message) : e.message);
}

// Something that a person can paste behind a command.
std::string handle(const event_record& record, const spine& d) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    const bool safe = !d.contract_id.empty() && d.contract_id.size() <= 100 && d.contract_id.front() != '-' &&
                      std::all_of(d.contract_id.begin(), d.contract_id.end(), plain);
    return safe ? d.contract_id : record.stream.text;
}

std::string advice(const failed& e, const spine& d) {
    const std::string provider = one_line(d.spec.provider, 100), offering = one_line(d.offering, 100);
    switch (e.code) {
        case failure_code::unauthorized:
        case failure_code::no_credentials:
        case failure_code::other_project:
            return fmt::format(
                "Store a token of your Hetzner project that may read and write: "
                "slipway provider set {} --token-stdin",
                provider);
        case failure_code::forbidden:
            return fmt::format("Look into {} whether the project is blocked, and whether its token may write.",
                               console);
        case failure_code::quota:
            return "Delete servers that are not needed in the Hetzner project, or ask Hetzner for a higher limit.";
        case failure_code::unavailable:
            return fmt::format(
                "Offer another server type or location in the offering {}, or wait until Hetzner has "
                "this one again.",
                offering);
        case failure_code::invalid:
        case failure_code::not_found:
            return fmt::format("Check the server type, the location and the image of the offering {}.", offering);
        case failure_code::recipe_failed:
            return fmt::format("Correct the recipe of the offering {}. What it printed is kept in the event log.",
                               offering);
        case failure_code::name_taken:
        case failure_code::foreign_server:
            return "A server or a key of this name exists in the Hetzner project and is not slipway's: rename it or "
                   "delete it.";
        case failure_code::no_public_ip:
            return "The server came without a public IPv4 address: check the project's settings.";
        case failure_code::ssh_unreachable:
        case failure_code::ssh_denied:
        case failure_code::timed_out:
        case failure_code::broken_host:
        case failure_code::wrong_host_key:
            return fmt::format(
                "Check that the image of the offering {} starts an SSH server, and that no firewall of "
                "the project closes port 22.",
                offering);
        default:
            return "If it happens again, look at https://status.hetzner.com.";
    }
}

std::string about(const event_record& record, const spine& d, bool deleted) {
    std::string out = fmt::format("Contract:  {}\nOffering:  {}\nProvider:  {}\n", one_line(d.contract_id, 200),
                                  one_line(d.offering, 200), one_line(d.spec.provider, 200));
    if (const server_reference* s = d.known_server())
        out += fmt::format("Server:    {} ({}, {} in {}{}){}\n", s->id, one_line(s->name, 100),
                           one_line(s->server_type, 50), one_line(s->location, 50),
                           s->ipv4.empty() ? "" : ", " + one_line(s->ipv4, 50), deleted ? ", deleted again" : "");
    else
        out += "Server:    none was created\n";
    out += fmt::format("Time:      {}\nStream:    {}\n", to_rfc3339(record.at), record.stream.text);
    return out;
}

std::string cost(resource_kind kind, const std::string& per_day) {
    if (kind != resource_kind::server) return "It costs nothing.";
    const std::string charged = "Hetzner charges for it until it is deleted, also while it is switched off";
    return per_day.empty() ? charged + "." : fmt::format("{}: {} a day.", charged, one_line(per_day, 60));
}

std::string_view in_words(resource_kind kind) {
    switch (kind) {
        case resource_kind::server:
            return "server";
        case resource_kind::ssh_key:
            return "SSH key";
    }
    return name(kind);
}

std::string thing(resource_kind kind, std::int64_t id, const std::string& name) {
    const std::string_view what = in_words(kind);
    if (id == 0)
        return fmt::format("{} \"{}\" (its id was never learned; it may not exist)", what, one_line(name, 100));
    return fmt::format("{} {} ({})", what, id, one_line(name, 100));
}

std::string left_behind(const std::vector<leak>& leaked, const std::string& cost_per_day) {
    std::string out = "Still at Hetzner:\n";
    for (const leak& l : leaked)
        out += fmt::format("- {}\n  Why: {}\n  {}\n", thing(l.kind, l.id, l.name), one_line(l.why),
                           cost(l.kind, cost_per_day));
    return out;
}

std::string by_hand(const std::vector<leak>& leaked) {
    std::string out = fmt::format("1. Open {} and choose the project of this provider.\n", console);
    int number = 2;
    for (const leak& l : leaked) {
        const std::string name = one_line(l.name, 100);
        if (l.kind == resource_kind::server)
            out += fmt::format("{}. Servers: delete \"{}\"{}; if it is protected, switch its protection off first.\n",
                               number++, name, l.id ? fmt::format(" (id {})", l.id) : "");
        else
            out += fmt::format("{}. Security, SSH keys: delete \"{}\"{}, unless something else uses it.\n", number++,
                               name, l.id ? fmt::format(" (id {})", l.id) : "");
    }
    return out;
}

message tell_failed(const event_record& record, const failed& e, const spine& d, const std::string& cost_per_day) {
    const bool clean = d.leaked.empty();
    message out;
    const std::string id = one_line(d.contract_id, 80);
    out.subject = subject(clean ? fmt::format("Contract {} failed: {}", id, doing(e.step))
                                : fmt::format("Contract {} failed and left something behind at Hetzner", id));
    out.body = fmt::format("Contract {} failed while {}.\n", id, doing(e.step));
    out.body += clean ? "Everything that had been created for it was deleted again; it costs nothing.\n"
                      : "Not everything that had been created for it could be deleted: please do it by hand (below).\n";
    out.body += fmt::format("\nReason:    {} ({})\n", reason(e), name(e.code));
    out.body += about(record, d, d.last_server && !d.server);
    if (!clean) out.body += "\n" + left_behind(d.leaked, cost_per_day);
    out.body += "\nWhat to do:\n";
    if (!clean) {
        out.body += by_hand(d.leaked);
        out.body += fmt::format("Or, when the cause is gone, let slipway try again: slipway contract cancel {}\n",
                                handle(record, d));
    }
    out.body += advice(e, d) + "\nThis contract stays failed; the buyer has to conclude a new one.\n";
    return out;
}

message tell_termination_failed(const event_record& record, const termination_failed& e, const spine& d,
                                const std::string& cost_per_day) {
    message out;
    const std::string id = one_line(d.contract_id, 80);
    const auto is_server = [](const leak& l) { return l.kind == resource_kind::server; };
    const bool server = std::any_of(e.leaked.begin(), e.leaked.end(), is_server);
    out.subject = subject(
        fmt::format("Contract {} has ended, but its {} could not be deleted", id,
                    in_words(server ? resource_kind::server : resource_kind::ssh_key)));
    out.body = fmt::format(
        "Contract {} has ended ({}), and slipway could not delete all that belongs to it.\n"
        "It goes on trying, less and less often.\n\n",
        id, d.end_reason.empty() ? "ended" : one_line(d.end_reason, 60));
    out.body += about(record, d, d.last_server && !d.server) + "\n" + left_behind(e.leaked, cost_per_day);
    out.body += fmt::format(
        "\nWhat to do:\nWhen the cause is gone, let slipway try again: "
        "slipway contract retry-termination {}\nOr delete it by hand, and run the same command "
        "afterwards, so that slipway knows:\n{}",
        handle(record, d), by_hand(e.leaked));
    return out;
}

message tell_held(const event_record& record, const held& e, const spine& d) {
    message out;
    const std::string id = one_line(d.contract_id, 80);
    out.subject = subject(fmt::format("Contract {} is held: somebody has to look at its server", id));
    out.body = fmt::format("Contract {} is held while {}. Nothing was deleted, and nothing more is done by itself.\n", id,
                           doing(e.step));
    out.body += fmt::format("\nReason:    {} ({})\n", one_line(e.message), name(e.code));
    out.body += about(record, d, false);
    out.body += fmt::format(
        "\nWhat to do:\nWas a backup of slipway's database restored, or is a copy of it at work? Then the server may be its "
        "buyer's already: slipway audit --adopt takes it in.\nIf it is nobody's: slipway contract cancel {}\n",
        handle(record, d));
    return out;
}

// The VM is the buyer's and works; what is missing is for whoever may log in to it.
message tell_missing(const event_record& record, const activated& e, const spine& d) {
    message out;
    const std::string id = one_line(d.contract_id, 80);
    out.subject = subject(fmt::format("Contract {} is active, but something is missing", id));
    out.body = fmt::format("Contract {} is active: its recipe changed the server's SSH, or took its own end with it, before "
                           "slipway was done.\nNothing was deleted.\n\n",
                           id);
    out.body += about(record, d, false);
    for (const shortcoming& one : e.missing)
        out.body += fmt::format("\n- {}\n  Why: {}\n  What to do: {}\n", service::in_words(one.what), one_line(one.why),
                                service::advice(one.what));
    out.body += fmt::format("\nA recipe that leaves SSH to root open until it has ended avoids this: see the offering {}.\n",
                            one_line(d.offering, 100));
    return out;
}

struct meaning {
    finding_kind value;
    std::string_view name;  // what is said of the thing
    std::string_view advice;
};

constexpr std::array meanings{
    meaning{finding_kind::orphan, "is at Hetzner, and no contract or VM of slipway's has it",
            "If it is not needed, delete it in the Hetzner Console."},
    meaning{finding_kind::vanished, "is gone from Hetzner, but slipway did not delete it",
            "If that is as it should be, end the contract or the VM that had it."},
    meaning{finding_kind::leaked, "could not be deleted and is still at Hetzner",
            "Delete it in the Hetzner Console."},
    meaning{finding_kind::foreign, "was made by another installation of slipway",
            "Look there; if its database is lost, delete it in the Hetzner Console."},
    meaning{finding_kind::ahead, "is further than slipway's log, which is an older one: was a backup restored?",
            "Nothing is ordered or ended in this project until that is settled. If this log is the one to go on with: "
            "slipway audit --adopt"}};

bool is_new(const audit_finding& f, const audited& before) {
    const auto same = [&](const audit_finding& known) {
        return known.what == f.what && known.kind == f.kind && known.id == f.id && known.name == f.name;
    };
    const bool stays = f.what == finding_kind::leaked || f.what == finding_kind::foreign;
    return !stays && std::none_of(before.findings.begin(), before.findings.end(), same);
}

std::optional<message> tell_audit(const audited& e, const audited& before) {
    if (std::none_of(e.findings.begin(), e.findings.end(), [&](const audit_finding& f) { return is_new(f, before); }))
        return {};
    constexpr std::size_t most = 50;
    message out;
    out.subject = subject(fmt::format("The audit of {} found {} thing{} to look at", one_line(e.provider, 80),
                                      e.findings.size(), e.findings.size() == 1 ? "" : "s"));
    out.body = fmt::format("slipway compared the Hetzner project of {} with its own log. Nothing was deleted.\n",
                           one_line(e.provider, 200));
    for (std::size_t i = 0; i < std::min(e.findings.size(), most); ++i) {
        const audit_finding& f = e.findings[i];
        const meaning& means = row_in<meanings>(f.what);
        out.body += fmt::format("\n- {} {}.\n", thing(f.kind, f.id, f.name), means.name);
        if (f.what != finding_kind::vanished) out.body += "  " + cost(f.kind, f.cost_per_day) + "\n";
        if (!f.stream.empty()) out.body += "  Stream: " + one_line(f.stream, 60) + "\n";
        out.body += fmt::format("  {}\n", means.advice);
    }
    if (e.findings.size() > most) out.body += fmt::format("\nAnd {} more: slipway audit\n", e.findings.size() - most);
    return out;
}

}  // namespace

bool is_told(const event_record& record) {
    if (record.kind == audit_kind) return record.type == audited::name;
    if (record.kind != contract_kind) return false;
    // The member is written only where something is missing.
    if (record.type == activated::name) return record.data.find("\"missing\"") != record.data.npos;
    return record.type == failed::name || record.type == termination_failed::name || record.type == held::name;
}

const server_reference* left_running(const event_record& record, const vm_state& before) {
    if (record.kind != contract_kind || !is_told(record)) return nullptr;
    const auto e = decode(record.type, record.schema_version, record.data);
    if (!e) return nullptr;
    if (std::holds_alternative<held>(*e)) return nullptr;
    const auto* end = std::get_if<termination_failed>(&*e);
    const std::vector<leak>& leaked = end ? end->leaked : before.data.leaked;
    const bool server = std::any_of(leaked.begin(), leaked.end(),
                                    [](const leak& l) { return l.kind == resource_kind::server; });
    return server ? before.data.known_server() : nullptr;
}

std::optional<message> tell(const event_record& record, const vm_state& before, const std::string& cost_per_day) {
    if (!is_told(record)) return {};
    const auto e = decode(record.type, record.schema_version, record.data);
    if (!e) return {};
    if (const auto* failure = std::get_if<failed>(&*e)) return tell_failed(record, *failure, before.data, cost_per_day);
    if (const auto* end = std::get_if<termination_failed>(&*e))
        return tell_termination_failed(record, *end, before.data, cost_per_day);
    if (const auto* hold = std::get_if<held>(&*e)) return tell_held(record, *hold, before.data);
    if (const auto* active = std::get_if<activated>(&*e)) return tell_missing(record, *active, before.data);
    if (const auto* audit = std::get_if<audited>(&*e)) return tell_audit(*audit, before.audit);
    return {};
}

std::vector<outgoing> address(const message& what, const std::string& event_id, const provider_record& to,
                              const std::set<std::string, std::less<>>& open, timestamp now) {
    std::vector<outgoing> out;
    for (const recipient& one : to.recipients) {
        if (!open.contains(one.channel)) continue;
        outgoing made;
        made.event_id = event_id;
        made.channel = one.channel;
        const service::recipient_kind* kind = service::find_recipient_kind(one.channel);
        made.recipient = kind && kind->sealed_as ? to.id : one.address;
        made.subject = what.subject;
        made.body = what.body;
        made.created_at = now;
        made.due_at = now;
        out.push_back(std::move(made));
    }
    return out;
}

}  // namespace slipway::notify
