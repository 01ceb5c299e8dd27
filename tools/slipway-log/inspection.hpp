// What slipway-log can do with an event log, as functions over a reader and a stream: the program is a thin main over
// them, and the tests call them directly.
//
// Three rules hold everywhere. Nothing is ever modified: the log is opened read-only (import, which makes a new log, is
// the one exception). A damaged log is decoded as far as possible, and what could not be decoded is said. And a reader
// that hangs up (`| head`) ends the output quietly: every loop stops when `out` is no longer good.
//
// Results go to `out`, one sentence for people about anything else to `complaints`; the functions return the program's
// exit code.
#pragma once

#include "engine/base/exit_code.hpp"
#include "engine/ports/log_importer.hpp"
#include "engine/ports/log_reader.hpp"
#include "engine/service/reasons.hpp"
#include "tools/slipway-log/progress_line.hpp"

#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

namespace slipway::inspection {

struct context {
    log_reader& log;
    std::ostream& out;
    std::ostream& complaints;
    bool json = false;      // one JSON document per line
    std::size_t width = 0;  // columns of the terminal; 0: not a terminal, nothing is cut
    progress_line progress{false};
};

// Streams, a line each, page by page.
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

// Two streams, or one at two places of its life (STREAM@VERSION, STREAM@TIME): what differs in state and data, member
// by member, and the events that make the difference.
int diff(context& on, const std::string& a, const std::string& b);

// What lies around the log, for a stream of this provider's. Not set: nothing is known of it.
using surroundings_source = std::function<service::surroundings(const std::string& provider, const stream_id& stream)>;

// Why a stream is where it is, in sentences: since when, what failed and was refused on the way, what comes next, who
// does it, and what to do. `now`, `holder` and `around` say from where it is looked at.
int why(context& on, const std::string& stream, timestamp now, const std::optional<log_holder>& holder,
        const surroundings_source& around = {});

// Hash chains, gapless versions and seqs, legal transitions, heads equal to the replay; exit_failed and a line for
// every culprit where something is wrong.
int verify(context& on);

// Whether this program can replay every stream; exit_failed and a line for each that it cannot.
int check(context& on);

// How many streams are in which state, how long steps took, and what failed why.
int stats(context& on);

struct graph_options {
    std::string machine;
    std::string format = "mermaid";  // mermaid, dot, json
    std::optional<std::string> stream;
    bool moves_only = false;  // without the rows that stay in their state
};

// The machine with how many streams are in each state, or with one stream's path and the time in each of its states.
// `log` may be missing: then without.
int graph(log_reader* log, std::ostream& out, std::ostream& complaints, const graph_options& options);

// The log as JSON lines: a header with the name of the installation, then the records.
int export_log(context& on);

// Makes a log of what export_log wrote, all or nothing, with the same seqs, ids, hashes and name of the installation.
// Every hash is checked; the line that is wrong is named. Where the new log could not be opened, that is said.
int import_log(std::istream& in, std::ostream& out, std::ostream& complaints,
               result<std::unique_ptr<log_importer>> into, bool json,
               progress_line progress = progress_line(false));

}  // namespace slipway::inspection
