// What stores answer, as text: so that a difference between two of them can be read.
#pragma once

#include "engine/ports/event_log.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace slipway::test {

inline std::string text_of(const event_record& r) {
    std::ostringstream out;
    out << r.stream.text << ' ' << r.kind << ' ' << r.version << ' ' << r.type << ' ' << r.schema_version << ' '
        << r.event_id << ' ' << r.at.ms << ' ' << r.actor << ' ' << r.command_id << ' ' << r.data << '\n';
    return out.str();
}

inline std::string text_of(const std::vector<event_record>& records) {
    std::string out;
    for (const auto& r : records) out += text_of(r);
    return out;
}

inline std::string text_of(std::vector<stream_head> heads) {
    // Among equally due ones, and those that wait for nothing, the simulated store has another order.
    std::sort(heads.begin(), heads.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
    std::ostringstream out;
    for (const auto& h : heads)
        out << h.stream.text << ' ' << h.kind << ' ' << h.state << ' ' << h.version << ' ' << h.owner << ' ' << h.name
            << ' ' << h.provider << ' ' << h.key_fingerprint << ' ' << (h.due_at ? h.due_at->ms : -1) << ' ' << h.at_rest
            << h.ended << ' ' << h.definition << '\n';
    return out.str();
}

inline std::string text_of(const append_result& answer) {
    if (answer) return (answer->repeated ? "repeated\n" : "stored\n") + text_of(answer->records);
    const char* names[] = {"version_conflict", "taken", "fenced", "unavailable"};
    return names[static_cast<int>(answer.error().failure)];
}

inline std::string text_of(const provider_record& p) {
    std::ostringstream out;
    out << p.id << ' ' << p.sealed_token << ' ' << p.token_works << p.token_problem << ' ' << p.token_checked_at.ms << ' '
        << p.created_at.ms << ' ' << p.changed_at.ms;
    for (const auto& r : p.recipients) out << ' ' << r.channel << '=' << r.address;
    return out.str() + "\n";
}

inline std::string text_of(const offering_record& o) {
    std::ostringstream out;
    out << o.id << ' ' << o.provider << ' ' << o.server_type << ' ' << o.location << ' ' << o.image << ' ' << o.image_id
        << ' ' << o.recipe << ' ' << o.created_at.ms << ' ' << o.changed_at.ms << '\n';
    return out.str();
}

inline std::string text_of(const outgoing& m) {
    std::ostringstream out;
    out << m.event_id << ' ' << m.channel << ' ' << m.recipient << ' ' << m.subject << ' ' << m.body << ' '
        << m.created_at.ms << ' ' << m.due_at.ms << ' ' << m.attempts << '\n';
    return out.str();
}
inline std::string text_of(const stream_id& s) { return s.text + "\n"; }

template <class T>
std::string text_of(const result<std::vector<T>>& all) {
    if (!all) return "error: " + all.error().message;
    if constexpr (std::is_same_v<T, event_record> || std::is_same_v<T, stream_head>) {
        return text_of(*all);
    } else {
        std::string out;
        for (const auto& one : *all) out += text_of(one);
        return out;
    }
}

}  // namespace slipway::test
