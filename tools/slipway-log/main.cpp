// slipway-log: looks into an event log without changing it.
#include "adapters/sqlite/location.hpp"
#include "tools/slipway-log/descriptor_stream.hpp"
#include "tools/slipway-log/inspection.hpp"

#include <CLI/CLI.hpp>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>

namespace {

using namespace slipway;
using namespace slipway::inspection;

struct request {
    std::optional<std::string> url;
    bool json = false;

    head_filter filter;             // list
    std::string stream;             // show
    std::optional<std::string> at;  // show
    events_options events;          // events
    bool follow = false;            // events
    graph_options graph;            // graph
};

std::size_t terminal_width() {
    winsize size{};
    if (isatty(STDOUT_FILENO) == 0) return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Until it is time to look at the log again; false when whoever reads our output has gone.
bool wait_for_more() {
    pollfd output{STDOUT_FILENO, 0, 0};
    const int happened = poll(&output, 1, 200);
    return happened <= 0 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

int complain(const error& why) {
    std::cerr << "slipway-log: " << why.message << '\n';
    return cli::exit_code_of(why.kind);
}

// Puts the program's name in front of a verb's complaint.
class complaint_buffer final : public std::stringbuf {
public:
    ~complaint_buffer() override {
        if (!str().empty()) std::cerr << "slipway-log: " << str() << std::flush;
    }
};

int run(const CLI::App& app, request& asked, std::ostream& out) {
    complaint_buffer said;
    std::ostream complaints(&said);
    const bool graph_only = app.got_subcommand("graph");
    auto place = sqlite::locate(asked.url, sqlite::process_environment);
    if (!place) return complain(place.error());
    auto log = sqlite::reader::open(place->path);
    // The machine can be drawn without a log, unless one was asked for.
    if (!log && graph_only && place->by_default && !asked.graph.stream)
        return graph(nullptr, out, complaints, asked.graph);
    if (!log) return complain(log.error());
    if (graph_only) return graph(&*log, out, complaints, asked.graph);

    context on{*log, out, complaints, asked.json, terminal_width()};
    if (app.got_subcommand("list")) return list(on, asked.filter);
    if (app.got_subcommand("show")) return show(on, asked.stream, asked.at);
    if (app.got_subcommand("verify")) return verify(on);
    if (asked.follow) asked.events.wait = wait_for_more;
    return events(on, asked.events);
}

void describe(CLI::App& app, request& asked) {
    app.fallthrough();  // --db and --json may stand behind the verb
    app.require_subcommand(1);
    app.set_version_flag("--version", "slipway-log " SLIPWAY_VERSION);
    app.add_option("--db", asked.url,
                   "The event log, sqlite:PATH (default: SLIPWAY_DATABASE_URL, else the state directory)");
    app.add_flag("--json", asked.json, "One JSON document per line");

    auto* list = app.add_subcommand("list", "Streams, a line each");
    list->add_option("--kind", asked.filter.kind, "Only of this kind");
    list->add_option("--state", asked.filter.state, "Only in this state");
    list->add_option("--owner", asked.filter.owner, "Only of this owner");

    const char* which = "A name, an id, or the beginning or end of an id";
    auto* show = app.add_subcommand("show", "One stream: its timeline, state and what it waits for");
    show->add_option("STREAM", asked.stream, which)->required();
    show->add_option("--at", asked.at, "As it was at this version or time (RFC 3339)");

    auto* events = app.add_subcommand("events", "The records, in order");
    events->add_option("STREAM", asked.events.stream, which);
    events->add_option("--after", asked.events.after_seq, "Only behind this seq");
    events->add_flag("--follow", asked.follow, "Go on with what is appended, until interrupted");

    app.add_subcommand("verify",
                       "Hash chains, versions, transitions and heads: exit code 1 and the culprit where wrong");

    auto* graph = app.add_subcommand("graph", "The machine, with counts or with one stream's path");
    graph->add_option("MACHINE", asked.graph.machine, "vm or contract")->required();
    graph->add_option("--format", asked.graph.format, "mermaid, dot or json")
        ->check(CLI::IsMember({"mermaid", "dot", "json"}));
    graph->add_option("--stream", asked.graph.stream, which);
    graph->add_flag("--moves", asked.graph.moves_only, "Without the rows that stay in their state");
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    request asked;
    CLI::App app("Looks into slipway's event log without changing it.", "slipway-log");
    describe(app, asked);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
        std::cerr << "slipway-log: " << e.what()
                  << "\nslipway-log --help shows the verbs: list, show, events, verify, graph.\n";
        return cli::exit_usage;
    }
    if (asked.json && app.got_subcommand("graph")) asked.graph.format = "json";

    descriptor_buffer buffer(STDOUT_FILENO);
    std::ostream out(&buffer);
    const int code = run(app, asked, out);
    out.flush();
    if (buffer.failed() != 0 && buffer.failed() != EPIPE) {
        std::cerr << "slipway-log: stdout cannot be written: " << std::strerror(buffer.failed()) << ".\n";
        return cli::exit_failed;
    }
    return code;
}
