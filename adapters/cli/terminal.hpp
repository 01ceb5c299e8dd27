// stdout and stderr as people and scripts expect them: results on stdout, everything else on stderr; colour and motion
// only on a terminal (and not with NO_COLOR or TERM=dumb).
#pragma once

#include <string>
#include <string_view>

namespace slipway::cli {

// Whatever text it is given, what reaches a terminal cannot take it over (engine/base/terminal_text.hpp).
class terminal {
public:
    explicit terminal(bool quiet);

    bool lively() const { return lively_; }      // stderr is a terminal that can move its cursor
    bool asks() const { return asks_; }          // stdin and stderr are terminals: a person can answer

    void result(std::string_view text);          // stdout; JSON stays the same JSON
    void note(std::string_view line);            // stderr, a line; silent with --quiet
    void complain(std::string_view line);        // stderr, "slipway: …", always
    void say(std::string_view text);             // stderr, a line, with --quiet too: it belongs to a question
    void status(std::string_view line);          // stderr, one line that the next call replaces; only where lively()
    bool confirm(const std::string& question);   // only where asks(); Ctrl-C ends the program

    // At the end: the exit code, which is another one where a result has not arrived (a full disk). That a reader has seen
    // enough is no such thing.
    int delivered(int code);

private:
    void clear_status();

    bool quiet_;
    bool lively_;
    bool asks_;
    bool status_shown_ = false;
    int result_problem_ = 0;  // errno
};

}  // namespace slipway::cli
