#include "adapters/cli/token_input.hpp"

#include "engine/base/exit_code.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace slipway::cli {

namespace {

constexpr std::size_t longest_line = 4096;

termios before;

// Only what a signal handler may do.
void restore_and_die(int signal_number) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    if (signal_number == SIGINT) {
        constexpr std::string_view said = "\nslipway: interrupted; nothing was done\n";
        [[maybe_unused]] const auto n = ::write(STDERR_FILENO, said.data(), said.size());
        ::_exit(exit_interrupted);
    }
    std::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
}

// Reads to the end, or to the end of a line; no buffer of the library's gets to see it.
result<secret> read(int in, bool one_line, const std::string& file = {}) {
    std::string text;
    text.reserve(longest_line + 1);  // no copy is left behind by growing
    std::array<char, 512> piece{};
    for (bool more = true; more;) {
        const ssize_t n = ::read(in, piece.data(), one_line ? 1 : piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        more = !(one_line && piece[0] == '\n');
        text.append(piece.data(), static_cast<std::size_t>(n));
        if (text.size() > longest_line) break;
    }
    ::explicit_bzero(piece.data(), piece.size());
    const bool too_long = text.size() > longest_line;
    constexpr const char* blanks = " \t\r\n";
    const auto last = text.find_last_not_of(blanks);
    text.erase(last == std::string::npos ? 0 : last + 1);
    text.erase(0, text.find_first_not_of(blanks));
    secret out(std::move(text));
    if (too_long)
        return make_error(error_kind::usage,
                          file.empty() ? "what came on stdin is too long for a token" : file + " is too long for a secret");
    if (out.empty()) return make_error(error_kind::usage, file.empty() ? "no token came on stdin" : file + " is empty");
    return out;
}

}  // namespace

result<secret> read_secret_from_stdin() {
    return read(STDIN_FILENO, false);
}

result<secret> read_secret_from_file(const std::string& path) {
    const int in = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (in < 0) return make_error(error_kind::usage, path + " cannot be read: " + std::strerror(errno));
    auto text = read(in, false, path);
    ::close(in);
    return text;
}

result<secret> ask_for_secret(const std::string& question) {
    if (!::isatty(STDIN_FILENO) || ::tcgetattr(STDIN_FILENO, &before) != 0)
        return make_error(error_kind::usage,
                          "there is no terminal to ask at: give the token on stdin, with --token-stdin");
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    const auto interrupted = std::signal(SIGINT, restore_and_die);
    const auto terminated = std::signal(SIGTERM, restore_and_die);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::fputs(question.c_str(), stderr);  // only now: who reads it may paste at once
    auto typed = read(STDIN_FILENO, true);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::signal(SIGINT, interrupted);
    std::signal(SIGTERM, terminated);
    std::fputs("\n", stderr);
    return typed;
}

}  // namespace slipway::cli
