#include "tools/slipway-log/command_line.hpp"

#include "engine/machines/vm.hpp"

#include <algorithm>
#include <set>

namespace slipway::inspection {

namespace {

std::set<std::string> known_states() {
    std::set<std::string> all;
    for (const machine* m : all_machines()) all.insert(m->states.begin(), m->states.end());
    return all;
}

std::set<std::string> known_kinds() {
    std::set<std::string> all;
    for (const machine* m : all_machines()) all.emplace(m->kind);
    return all;
}

// A "-1" would become the largest number there is, and nothing is behind that.
std::string whole_number(const std::string& text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!text.empty() && text.size() < 20 && std::all_of(text.begin(), text.end(), digit)) return {};
    return "\"" + text + "\" is no seq: give a whole number from 0";
}

}  // namespace

void describe(CLI::App& app, request& asked) {
    app.fallthrough();  // --db and --json may stand behind the verb
    app.require_subcommand(1);
    app.set_version_flag("--version", "slipway-log " SLIPWAY_VERSION);
    app.add_option("--db", asked.url,
                   "The event log, sqlite:PATH (default: SLIPWAY_DATABASE_URL, else the state directory)");
    app.add_flag("--json", asked.json, "One JSON document per line");

    auto* list = app.add_subcommand("list", "Streams, a line each");
    list->add_option("--kind", asked.filter.kind, "Only of this kind")->check(CLI::IsMember(known_kinds()));
    list->add_option("--state", asked.filter.state, "Only in this state")->check(CLI::IsMember(known_states()));
    list->add_option("--owner", asked.filter.owner, "Only of this owner");

    const char* which = "A name, an id, or the beginning or end of an id";
    auto* show = app.add_subcommand("show", "One stream: its timeline, state and what it waits for");
    show->add_option("STREAM", asked.stream, which)->required();
    show->add_option("--at", asked.at, "As it was at this version or time (RFC 3339)");

    auto* why = app.add_subcommand("why", "Why a stream is where it is, and what comes next, in sentences");
    why->add_option("STREAM", asked.stream, which)->required();

    auto* events = app.add_subcommand("events", "The records, in order");
    events->add_option("STREAM", asked.events.stream, which);
    events->add_option("--after", asked.events.after_seq, "Only behind this seq")->check(whole_number);
    events->add_flag("--follow", asked.follow, "Go on with what is appended, until interrupted");

    const char* place = "A stream, or a stream at a version or time: web1, web1@7, web1@2026-11-20T14:46:00Z";
    auto* diff = app.add_subcommand("diff", "What differs between two streams, or between two places of one's life");
    diff->add_option("A", asked.a, place)->required();
    diff->add_option("B", asked.b, place)->required();

    app.add_subcommand("verify",
                       "Hash chains, versions, transitions and heads: exit code 1 and the culprit where wrong");
    app.add_subcommand("check", "Can this program replay every stream? Exit code 1 where not");
    app.add_subcommand("stats", "Streams by state, durations of the steps, failures by cause");

    auto* graph = app.add_subcommand("graph", "The machine, with counts or with one stream's path");
    graph->add_option("MACHINE", asked.graph.machine, "vm, contract or audit")->required();
    graph->add_option("--format", asked.graph.format, "mermaid, dot or json")
        ->check(CLI::IsMember({"mermaid", "dot", "json"}));
    graph->add_option("--stream", asked.graph.stream, which);
    graph->add_flag("--moves", asked.graph.moves_only, "Without the rows that stay in their state");

    auto* out = app.add_subcommand("export", "The whole log as JSON lines, for import");
    out->add_option("--format", asked.format, "jsonl")->check(CLI::IsMember({"jsonl"}));
    auto* in = app.add_subcommand("import", "Makes a new log at --db of what export wrote: all of it, or nothing");
    auto* backup = app.add_subcommand(
        "backup", "A copy of all that a restore needs, beside a running daemon; see slipway docs backup");
    backup->add_option("FILE", asked.backup, "The new file; nothing is written over")->required();
    in->add_option("FILE", asked.file, "The export; - for standard input")->capture_default_str();
}

std::string wrong_verb(const CLI::App& app, int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (const CLI::Option* option = app.get_option_no_throw(word); option && option->get_items_expected_max() > 0) ++i;
        if (word.starts_with("-")) continue;
        const auto named = [&](const CLI::App* verb) { return verb->get_name() == word; };
        return app.get_subcommands(named).empty() ? word : "";
    }
    return {};
}

std::string verbs_of(const CLI::App& app) {
    std::string names;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
        names += (names.empty() ? "" : ", ") + verb->get_name();
    return names;
}

}  // namespace slipway::inspection
