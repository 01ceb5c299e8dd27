// A verb of the command line, "slipway server create": what may be typed for it, what has to be there before it runs, and
// what it does. Each is a struct in a .cpp of its own, or in one with its siblings; verbs.hpp has what makes it, and
// verb_table.cpp its row.
//
// Made once per run of the program, by the parser; used on the main thread.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::cli {

struct invocation;

// One thing that may be typed for a verb. An operand has a name without dashes.
struct verb_option {
    std::string name;  // "--image"; an operand: "NAME"; a flag may have an opposite: "--wait,!--no-wait"
    std::string help;
    // A member of the verb: text, several (an option that may be repeated, or an operand that takes all words that are
    // left), a number, or a flag. What is not typed stays as it is.
    std::variant<std::string*, std::vector<std::string>*, int*, bool*> into;
    std::string placeholder = {};              // of its value, in --help
    bool required = false;
    std::vector<std::string> one_of = {};      // what a text may be; none: anything
    std::pair<int, int> between = {};          // what a number may be
    std::vector<std::string> not_with = {};    // options that were added before this one
};

// Where a verb says what may be typed for it. arguments.cpp, which knows the parser, implements it.
class option_list {
public:
    virtual ~option_list() = default;
    virtual void add(verb_option option) = 0;
};

// What main() prepares before a verb runs; each is more than the one before.
enum class groundwork {
    nothing,
    environment,  // where settings come from, without a look at them
    settings,     // of this machine, whatever daemon is named
    service,      // and the daemon that does it, if one is named; its settings count then, not this machine's
};

// The Hetzner token of slipway's own configuration, where this process works. What a verb needs of it.
enum class token_need {
    none,
    kept,   // the one of the environment, or the one that auth set has kept, if there is one
    asked,  // likewise, and a person at a terminal is asked for one where there is none
};

struct verb {
    virtual ~verb() = default;

    virtual void take(option_list& options) { (void)options; }
    // The program's exit code. Results go to stdout, everything else to stderr.
    virtual int run(invocation& in) = 0;

    virtual groundwork before() const { return groundwork::service; }
    virtual token_need token() const { return token_need::none; }
};

}  // namespace slipway::cli
