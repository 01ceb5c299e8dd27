// What slipway-log can do with an event log, as functions over a reader and a stream: the program is a thin main over
// them, and the tests call them directly.
//
// Three rules hold everywhere. Nothing is ever modified: the log is opened read-only. A damaged log is decoded as far
// as possible, and what could not be decoded is said. And a reader that hangs up (`| head`) ends the output quietly:
// every loop stops when `out` is no longer good.
//
// Results go to `out`, one sentence for people about anything else to `complaints`; the functions return the program's
// exit code.
#pragma once

#include "adapters/cli/exit_code.hpp"
#include "adapters/sqlite/reader.hpp"

#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace slipway::inspection {

struct context {
    sqlite::reader& log;
    std::ostream& out;
    std::ostream& complaints;
    bool json = false;      // one JSON document per line
    std::size_t width = 0;  // columns of the terminal; 0: not a terminal, nothing is cut
};

// Streams, a line each.
int list(context& on, const head_filter& filter);

// One stream: its timeline, its state and what it waits for; with `at` (a version or a time) as it was then.
int show(context& on, const std::string& stream, const std::optional<std::string>& at);

struct events_options {
    std::optional<std::string> stream;
    std::uint64_t after_seq = 0;
    // Called between looks at the log when following; false ends it. Not set: the end of the log is the end.
    std::function<bool()> wait;
};

// The records, in order.
int events(context& on, const events_options& options);

// Hash chains, gapless versions and seqs, legal transitions, heads equal to the replay; exit_failed and a line for
// every culprit where something is wrong.
int verify(context& on);

struct graph_options {
    std::string machine;
    std::string format = "mermaid";  // mermaid, dot, json
    std::optional<std::string> stream;
    bool moves_only = false;  // without the rows that stay in their state
};

// The machine with how many streams are in each state, or with one stream's path. `log` may be missing: then without.
int graph(sqlite::reader* log, std::ostream& out, std::ostream& complaints, const graph_options& options);

}  // namespace slipway::inspection
