#include "adapters/cli/prompt.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace slipway::cli {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int) {
    interrupted = 1;
}

// While this lives, Ctrl-C ends the waiting instead of the program. It is let in only while wait() waits, so that none
// falls between two looks.
class interruptible {
public:
    interruptible() {
        interrupted = 0;
        sigset_t ours{};
        sigemptyset(&ours);
        sigaddset(&ours, SIGINT);
        ::pthread_sigmask(SIG_BLOCK, &ours, &mask_);
        while_waiting_ = mask_;
        sigdelset(&while_waiting_, SIGINT);
        struct sigaction note {};
        note.sa_handler = note_interrupt;
        sigemptyset(&note.sa_mask);
        ::sigaction(SIGINT, &note, &before_);
    }
    ~interruptible() {
        ::sigaction(SIGINT, &before_, nullptr);
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }
    interruptible(const interruptible&) = delete;
    interruptible& operator=(const interruptible&) = delete;

    // False: interrupted.
    bool wait() const {
        pollfd keys{STDIN_FILENO, POLLIN, 0};
        while (::ppoll(&keys, 1, nullptr, &while_waiting_) < 0 && errno == EINTR)
            if (interrupted != 0) return false;
        return true;
    }

private:
    struct sigaction before_ {};
    sigset_t mask_{};
    sigset_t while_waiting_{};
};

std::string trimmed(const std::string& text) {
    constexpr const char* blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

typed_line ask_line(const std::string& question) {
    constexpr std::size_t longest = 1024;
    const interruptible now;  // before anybody can answer
    std::fputs(question.c_str(), stderr);
    std::fflush(stderr);
    typed_line line;
    for (char c = 0; line.text.size() < longest;) {
        const bool asked = now.wait();
        const ssize_t n = asked ? ::read(STDIN_FILENO, &c, 1) : 0;
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            line.how = asked ? typed_line::ending::closed : typed_line::ending::interrupted;
            std::fputs("\n", stderr);
            return line;
        }
        if (c == '\n') break;
        line.text += c;
    }
    line.how = typed_line::ending::enter;
    line.text = trimmed(line.text);
    return line;
}

}  // namespace slipway::cli
