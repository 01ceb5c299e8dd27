// A machine as a picture or as data: mermaid<M>(), dot<M>(), json<M>().
//
// With options the picture shows one machine's life (the states it visited, each with a label) or how many
// there are in each state. Rendering walks plain arrays; only the three functions at the end know M.
#pragma once

#include "sml/machine.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace sml_v1 {

struct visited_state {
    std::string state;
    std::string label;  // when, how long, why; may be empty or have several lines
};

struct state_count {
    std::string state;
    std::uint64_t count = 0;
};

struct render_options {
    std::vector<visited_state> path;  // in order; the last one is the current state; a state may recur
    std::vector<state_count> counts;
    bool moves_only = false;  // leave out the rows that stay where they are (mermaid and dot)
};

namespace detail {

struct picture {
    std::span<const std::string_view> states, events;
    std::span<const row_info> rows;
    std::span<const refusal_info> refusals;
    std::span<const rename_info> renames;
    std::span<const bool> terminal, waiting;
    std::string_view initial, fingerprint;
    const render_options& options;

    const std::uint64_t* count(std::string_view state) const {
        for (const auto& c : options.counts)
            if (c.state == state) return &c.count;
        return nullptr;
    }
    bool shown(const row_info& row) const { return !options.moves_only || row.from != row.to; }
    bool visited(std::string_view state) const {
        for (const auto& v : options.path)
            if (v.state == state) return true;
        return false;
    }
    bool current(std::string_view state) const { return !options.path.empty() && options.path.back().state == state; }
    // All labels of a state, one per line.
    std::string labels(std::string_view state) const {
        std::string all;
        for (const auto& v : options.path)
            if (v.state == state && !v.label.empty()) all.append(all.empty() ? "" : "\n").append(v.label);
        return all;
    }
};

inline std::string row_label(const row_info& row) {
    std::string out(row.event);
    if (!row.guard.empty()) out.append(" [").append(row.guard).append("]");
    if (!row.action.empty()) out.append(" / ").append(row.action);
    return out;
}

inline std::string in_quotes(std::string_view s) {
    std::string out = "\"";
    for (char c : s) {
        if (c == '"' || c == '\\') {
            out += '\\', out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += "0123456789abcdef"[c >> 4], out += "0123456789abcdef"[c & 15];
        } else {
            out += c;
        }
    }
    return out += '"';
}

// Mermaid reads ; as the end of a statement and # as the start of an entity.
inline std::string mermaid_text(std::string_view s) {
    std::string out;
    for (char c : s) {
        if (c == '#' || c == ';' || c == '"' || c == '<' || c == '>')
            out.append("#").append(std::to_string(static_cast<int>(c))).append(";");
        else
            out += c;
    }
    return out;
}

// A name that mermaid takes as it is, or s<index>.
inline std::string mermaid_id(const picture& p, std::string_view state) {
    std::size_t index = 0;
    while (p.states[index] != state) ++index;
    bool plain = true;
    for (char c : state)
        plain = plain && (c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    for (std::string_view word : {"end", "state", "note", "class", "classDef", "direction", "style"})
        plain = plain && state != word;
    return plain ? std::string(state) : std::string("s") + std::to_string(index);
}

inline std::string render_mermaid(const picture& p) {
    std::string out = "stateDiagram-v2\n";
    auto line = [&](std::string_view s) { out.append("    ").append(s).append("\n"); };
    std::string visited, current;
    for (const auto state : p.states) {
        const std::string id = mermaid_id(p, state);
        const auto* count = p.count(state);
        std::string shown = mermaid_text(state);
        if (count != nullptr) shown.append(" (").append(std::to_string(*count)).append(")");
        if (shown != id) line("state \"" + shown + "\" as " + id);
        if (p.current(state))
            current = id;
        else if (p.visited(state))
            visited.append(visited.empty() ? "" : ",").append(id);
    }
    line("[*] --> " + mermaid_id(p, p.initial));
    for (const auto& row : p.rows)
        if (p.shown(row)) line(mermaid_id(p, row.from) + " --> " + mermaid_id(p, row.to) + " : " + mermaid_text(row_label(row)));
    for (std::size_t i = 0; i < p.states.size(); ++i)
        if (p.terminal[i]) line(mermaid_id(p, p.states[i]) + " --> [*]");
    for (const auto state : p.states) {
        std::string label = p.labels(state);
        if (label.empty()) continue;
        line("note right of " + mermaid_id(p, state));
        for (std::size_t at = 0; at <= label.size();) {
            const std::size_t end = std::min(label.find('\n', at), label.size());
            line("    " + mermaid_text(std::string_view(label).substr(at, end - at)));
            at = end + 1;
        }
        line("end note");
    }
    if (!visited.empty()) {
        line("classDef visited fill:#d5e8d4,stroke:#2d7600");
        line("class " + visited + " visited");
    }
    if (!current.empty()) {
        line("classDef current fill:#ffe6a8,stroke:#b46504,stroke-width:3px");
        line("class " + current + " current");
    }
    return out;
}

inline std::string render_dot(const picture& p) {
    std::string out =
        "digraph machine {\n    rankdir=LR;\n"
        "    node [shape=box, style=rounded];\n    start [shape=point];\n";
    for (std::size_t i = 0; i < p.states.size(); ++i) {
        const auto state = p.states[i];
        std::string label(state);
        if (const auto* count = p.count(state)) label.append(" (").append(std::to_string(*count)).append(")");
        if (const auto all = p.labels(state); !all.empty()) label.append("\n").append(all);
        out.append("    ").append(in_quotes(state)).append(" [label=").append(in_quotes(label));
        if (p.terminal[i]) out.append(", peripheries=2");
        if (p.visited(state))
            out.append(p.current(state) ? ", style=\"rounded,filled\", fillcolor=\"#ffe6a8\", penwidth=3"
                                        : ", style=\"rounded,filled\", fillcolor=\"#d5e8d4\"");
        out.append("];\n");
    }
    out.append("    start -> ").append(in_quotes(p.initial)).append(";\n");
    for (const auto& row : p.rows) {
        if (!p.shown(row)) continue;
        out.append("    ").append(in_quotes(row.from)).append(" -> ").append(in_quotes(row.to));
        out.append(" [label=").append(in_quotes(row_label(row)));
        if (row.internal) out.append(", style=dashed");
        out.append("];\n");
    }
    return out += "}\n";
}

inline std::string render_json(const picture& p) {
    std::string out = "{\"fingerprint\":" + in_quotes(p.fingerprint) + ",\"initial\":" + in_quotes(p.initial);
    auto yes_no = [](bool b) { return b ? "true" : "false"; };
    // Calls write(i) for each of n items, with commas between.
    auto list = [&](std::string_view key, std::size_t n, auto write) {
        out.append(",\"").append(key).append("\":[");
        for (std::size_t i = 0; i < n; ++i) {
            if (i > 0) out += ',';
            write(i);
        }
        out += ']';
    };
    list("states", p.states.size(), [&](std::size_t i) {
        out.append("{\"name\":").append(in_quotes(p.states[i]));
        out.append(",\"terminal\":").append(yes_no(p.terminal[i]));
        out.append(",\"waiting\":").append(yes_no(p.waiting[i]));
        if (const auto* count = p.count(p.states[i])) out.append(",\"count\":").append(std::to_string(*count));
        out += '}';
    });
    list("events", p.events.size(), [&](std::size_t i) { out.append(in_quotes(p.events[i])); });
    list("rows", p.rows.size(), [&](std::size_t i) {
        const auto& row = p.rows[i];
        out.append("{\"from\":").append(in_quotes(row.from)).append(",\"event\":").append(in_quotes(row.event));
        out.append(",\"guard\":").append(in_quotes(row.guard)).append(",\"action\":").append(in_quotes(row.action));
        out.append(",\"to\":").append(in_quotes(row.to));
        out.append(",\"internal\":").append(yes_no(row.internal)).append("}");
    });
    list("refused", p.refusals.size(), [&](std::size_t i) {
        out.append("{\"from\":").append(in_quotes(p.refusals[i].from));
        out.append(",\"event\":").append(in_quotes(p.refusals[i].event)).append("}");
    });
    list("renamed", p.renames.size(), [&](std::size_t i) {
        out.append("{\"old\":").append(in_quotes(p.renames[i].old_name));
        out.append(",\"new\":").append(in_quotes(p.renames[i].new_name)).append("}");
    });
    if (!p.options.path.empty())
        list("path", p.options.path.size(), [&](std::size_t i) {
            out.append("{\"state\":").append(in_quotes(p.options.path[i].state));
            out.append(",\"label\":").append(in_quotes(p.options.path[i].label)).append("}");
        });
    return out += "}\n";
}

template <class Machine>
picture picture_of(const render_options& options) {
    return {Machine::states,
            Machine::event_names,
            Machine::rows,
            Machine::refusals,
            Machine::renamed,
            Machine::terminal_states,
            Machine::waiting_states,
            Machine::name(Machine::initial),
            Machine::fingerprint_hex(),
            options};
}

}  // namespace detail

// A mermaid stateDiagram-v2. Names in the options that the machine does not have are ignored.
template <class Machine>
std::string mermaid(const render_options& options = {}) {
    return detail::render_mermaid(detail::picture_of<Machine>(options));
}

// A Graphviz digraph; internal rows are dashed.
template <class Machine>
std::string dot(const render_options& options = {}) {
    return detail::render_dot(detail::picture_of<Machine>(options));
}

// One JSON object with the whole table, on one line.
template <class Machine>
std::string json(const render_options& options = {}) {
    return detail::render_json(detail::picture_of<Machine>(options));
}

}  // namespace sml_v1
