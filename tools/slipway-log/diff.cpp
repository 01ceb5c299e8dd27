#include "engine/model/record_line.hpp"
#include "engine/service/history.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/members.hpp"
#include "tools/slipway-log/moment.hpp"
#include "tools/slipway-log/stream_records.hpp"
#include "tools/slipway-log/layout.hpp"

#include <algorithm>
#include <map>

namespace slipway::inspection {

using service::fold;
using service::history;

namespace {

struct side {
    const char* label;
    stream_id stream;
    std::vector<event_record> records;
    history lived;
    std::vector<std::string> lost;

    const event_record& last() const { return records.back(); }
    std::string name() const { return lived.head ? lived.head->name : stream.text; }
    std::string state() const { return lived.states.empty() ? "unknown" : lived.states.back(); }
};

// "web1@7": what follows the last "@" is a place in its life if it reads like one.
result<side> look_at(context& on, const char* label, const std::string& what) {
    const auto sign = what.rfind('@');
    const bool placed = sign != std::string::npos && parse_moment(std::string_view(what).substr(sign + 1));
    side found{label, {}, {}, {}, {}};
    const auto id = find_stream(on.log, placed ? what.substr(0, sign) : what);
    if (!id) return id.error();
    found.stream = *id;
    auto read = records_of(on.log, *id);
    if (!read) return read.error();
    found.records = std::move(read->records);
    found.lost = std::move(read->lost);
    if (placed)
        if (auto then = go_back(found.records, what.substr(sign + 1)); !then) return then.error();
    found.lived = fold(found.records);
    return found;
}

void print_side(context& on, const side& s) {
    if (on.json) {
        nlohmann::ordered_json line;
        line["side"] = s.label;
        line["stream"] = s.stream.text;
        line["kind"] = s.last().kind;
        line["name"] = s.name();
        line["state"] = s.state();
        line["version"] = s.last().version;
        line["at"] = to_rfc3339(s.last().at);
        on.out << dump(line) << '\n';
        return;
    }
    on.out << s.label << "  " << printable(s.last().kind) << ' ' << printable(s.name()) << "  " << printable(s.state())
           << "  version " << s.last().version << "  " << to_rfc3339(s.last().at) << "  " << printable(s.stream.text)
           << '\n';
}

using values = std::vector<std::pair<std::string, std::string>>;

values values_of(const side& s) {
    values all{{"kind", s.last().kind}, {"state", s.state()}};
    const auto remembered = members_of(s.lived.state);
    all.insert(all.end(), remembered.begin(), remembered.end());
    return all;
}

struct difference {
    std::string name;
    std::optional<std::string> a, b;
};

// In the order of A, what only B has behind it.
std::vector<difference> compare(const side& a, const side& b) {
    const values of_a = values_of(a), of_b = values_of(b);
    std::map<std::string, std::string> in_b(of_b.begin(), of_b.end());
    std::vector<difference> found;
    for (const auto& [name, value] : of_a) {
        const auto other = in_b.find(name);
        if (other == in_b.end()) {
            found.push_back({name, value, {}});
        } else if (other->second != value) {
            found.push_back({name, value, other->second});
        }
        in_b.erase(name);
    }
    for (const auto& [name, value] : of_b)
        if (in_b.contains(name)) found.push_back({name, {}, value});
    return found;
}

void print_differences(context& on, const std::vector<difference>& found) {
    const auto json = [](const std::optional<std::string>& value) {
        return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
    };
    table lines({{"MEMBER"}, {"A", table::shrink::end}, {"B", table::shrink::end}});
    for (const difference& d : found) {
        lines.add({printable(d.name), printable(d.a.value_or("-")), printable(d.b.value_or("-"))});
        if (!on.json) continue;
        nlohmann::ordered_json line;
        line["member"] = d.name;
        line["a"] = json(d.a);
        line["b"] = json(d.b);
        on.out << dump(line) << '\n';
    }
    if (on.json) return;
    on.out << '\n';
    if (found.empty())
        on.out << "state and data are the same\n";
    else
        lines.print(on.out, on.width);
}

struct part {
    const char* of;  // whose events they are
    std::span<const event_record> records;
};

void print_events(context& on, const std::string& title, const std::vector<part>& parts) {
    table lines({{"OF"}, {"V"}, {"TIME"}, {"TYPE"}, {"DETAILS", table::shrink::end}});
    bool any = false;
    for (const part& p : parts)
        for (const event_record& r : p.records) {
            any = true;
            if (on.json) {
                nlohmann::ordered_json more;
                more["only_in"] = p.of;
                on.out << record_line(r, dump(more)) << '\n';
            } else {
                lines.add({p.of, std::to_string(r.version), to_rfc3339(r.at), printable(r.type), details_of(r)});
            }
        }
    if (on.json) return;
    on.out << '\n' << title << (any ? ":\n" : ": none\n");
    if (any) lines.print(on.out, on.width);
}

// What follows the part that both lives have in common.
void print_what_parts(context& on, const side& a, const side& b) {
    std::size_t common = 0;
    const bool one_stream = a.stream == b.stream;
    while (common < a.records.size() && common < b.records.size() && a.records[common].type == b.records[common].type)
        ++common;
    const std::span all_a(a.records), all_b(b.records);
    const std::string title = one_stream ? "events between"
                                         : "both begin with " + std::to_string(common) +
                                               (common == 1 ? " event" : " events") + " of the same types; then";
    print_events(on, title, {{a.label, all_a.subspan(common)}, {b.label, all_b.subspan(common)}});
}

}  // namespace

int diff(context& on, const std::string& first, const std::string& second) {
    const log_reader::snapshot together(on.log);
    const auto a = look_at(on, "A", first);
    if (!a) return complain(on.complaints, a.error());
    const auto b = look_at(on, "B", second);
    if (!b) return complain(on.complaints, b.error());
    int code = exit_done;
    for (const side* s : {&*a, &*b}) {
        for (const std::string& lost : s->lost) on.complaints << printable(lost) << '\n';
        if (s->lived.broken)
            on.complaints << s->label << " cannot be replayed behind version " << s->lived.states.size() << ": "
                          << printable(*s->lived.broken) << ". Run slipway-log verify.\n";
        if (s->lived.broken || !s->lost.empty()) code = exit_failed;
        print_side(on, *s);
    }
    print_differences(on, compare(*a, *b));
    print_what_parts(on, *a, *b);
    return code;
}

}  // namespace slipway::inspection
