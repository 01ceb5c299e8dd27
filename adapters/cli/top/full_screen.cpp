#include "adapters/cli/top/full_screen.hpp"

#include "engine/base/terminal_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace slipway::cli {

namespace {

constexpr std::string_view other_screen = "\x1b[?1049h\x1b[?25l", screen_before = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view to_top = "\x1b[H", rest_of_line = "\x1b[K", rest_of_screen = "\x1b[J";
constexpr std::string_view bold = "\x1b[1m", plain_again = "\x1b[0m";

void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno != EINTR) return;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

bool full_screen::possible() {
    const char* kind = std::getenv("TERM");
    return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO) && kind != nullptr && std::string_view(kind) != "dumb";
}

full_screen::extent full_screen::size() {
    winsize found{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) return {};
    return {found.ws_col, found.ws_row};
}

full_screen::full_screen() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios keys = before_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    keys.c_cc[VSUSP] = _POSIX_VDISABLE;  // the shell would be left on this screen
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
    write_all(other_screen);
}

full_screen::~full_screen() {
    write_all(screen_before);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void full_screen::draw(const std::vector<std::string>& lines) {
    const std::size_t room = size().lines;
    std::string text(to_top);
    for (std::size_t i = 0; i < lines.size() && i < room; ++i) {
        if (i > 0) text += "\r\n";
        const std::string line = without_controls(lines[i]);
        if (i == 0)
            text.append(bold).append(line).append(plain_again);
        else
            text += line;
        text += rest_of_line;
    }
    write_all(text.append(rest_of_screen));
}

}  // namespace slipway::cli
