#include "adapters/cli/terminal.hpp"

#include "engine/base/exit_code.hpp"
#include "adapters/cli/prompt.hpp"
#include "engine/base/terminal_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace slipway::cli {

namespace {

bool can_move() {
    if (!::isatty(STDERR_FILENO)) return false;
    if (const char* none = std::getenv("NO_COLOR"); none && *none) return false;
    const char* kind = std::getenv("TERM");
    return kind && std::string_view(kind) != "dumb";
}

std::size_t columns() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

// 0, or errno.
int write(std::FILE* to, std::string_view text) {
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), to) == text.size();
    const bool flushed = std::fflush(to) == 0;
    return written && flushed ? 0 : errno;
}

}  // namespace

terminal::terminal(bool quiet)
    : quiet_(quiet), lively_(!quiet && can_move()), asks_(::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO)) {}

void terminal::result(std::string_view text) {
    if (const int problem = write(stdout, json_for_terminal(text)); result_problem_ == 0) result_problem_ = problem;
}

int terminal::delivered(int code) {
    if (result_problem_ == 0 || result_problem_ == EPIPE) return code;
    complain(std::string("stdout cannot be written: ") + std::strerror(result_problem_));
    return code == exit_done ? static_cast<int>(exit_failed) : code;
}

void terminal::note(std::string_view line) {
    if (quiet_) return;
    clear_status();
    write(stderr, without_controls(line) + "\n");
}

void terminal::complain(std::string_view line) {
    clear_status();
    write(stderr, "slipway: " + without_controls(line) + "\n");
}

void terminal::say(std::string_view text) {
    clear_status();
    write(stderr, without_controls(text) + "\n");
}

void terminal::status(std::string_view line) {
    if (!lively_) return;
    std::string text = without_controls(line);
    const std::size_t width = columns();
    std::size_t shown = 0, end = 0;  // count characters, not the bytes of UTF-8
    while (end < text.size() && shown + 1 < width) {
        ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
        ++shown;
    }
    text.resize(end);
    write(stderr, "\r\x1b[K" + text);
    status_shown_ = true;
}

void terminal::clear_status() {
    if (!status_shown_) return;
    write(stderr, "\r\x1b[K");
    status_shown_ = false;
}

bool terminal::confirm(const std::string& question) {
    clear_status();
    const typed_line line = ask_line(without_controls(question) + " [y/N] ");
    if (line.how == typed_line::ending::interrupted) {
        complain("interrupted; nothing was done");
        std::exit(exit_interrupted);
    }
    const std::string& answer = line.text;
    return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace slipway::cli
