// The command line of slipway-log.
#pragma once

#include "tools/slipway-log/inspection.hpp"

#include <CLI/CLI.hpp>

namespace slipway::inspection {

struct request {
    std::optional<std::string> url;
    bool json = false;

    head_filter filter;             // list
    std::string stream;             // show, why
    std::optional<std::string> at;  // show
    events_options events;          // events
    bool follow = false;            // events
    std::string a, b;               // diff
    graph_options graph;            // graph
    std::string format = "jsonl";   // export
    std::string file = "-";         // import
    std::string backup;             // backup
};

void describe(CLI::App& app, request& asked);

// The word that stands where a verb should, and is none; empty where there is no such word.
std::string wrong_verb(const CLI::App& app, int argc, char** argv);

// "list, show, events, …": for whoever mistyped a verb.
std::string verbs_of(const CLI::App& app);

}  // namespace slipway::inspection
