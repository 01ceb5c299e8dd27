#include "adapters/cli/dev/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace slipway::cli {

namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
}

void become_stream(int from, int stream) {
    const int null = from < 0 ? ::open("/dev/null", O_RDWR | O_CLOEXEC) : from;
    ::dup2(null, stream);
}

void deliver_all_signals() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Readable when the process has ended.
bool ends_within(pid_t pid, std::chrono::milliseconds patience) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) return false;
    pollfd ended{fd, POLLIN, 0};
    int found = 0;
    while ((found = ::poll(&ended, 1, static_cast<int>(patience.count()))) < 0 && errno == EINTR) {
    }
    ::close(fd);
    return found > 0;
}

}  // namespace

result<child_process> child_process::start(const child_command& command) {
    std::vector<std::string> words{command.program};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    const std::vector<char*> arguments = pointers(words), environment = pointers(command.environment);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        return make_error(error_kind::failed, command.program + " cannot be started: " + std::strerror(errno));
    if (pid > 0) return child_process(pid);

    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);  // it ended before it could be heard of
    become_stream(-1, STDIN_FILENO);
    become_stream(command.output, STDOUT_FILENO);
    become_stream(command.errors, STDERR_FILENO);
    if (command.held >= 0) ::fcntl(command.held, F_SETFD, 0);
    deliver_all_signals();
    if (::chdir(command.directory.c_str()) == 0) ::execve(command.program.c_str(), arguments.data(), environment.data());
    ::_exit(127);
}

child_process::child_process(child_process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

child_process::~child_process() { stop(std::chrono::seconds{10}); }

bool child_process::running() {
    if (pid_ < 0) return false;
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void child_process::stop(std::chrono::milliseconds patience) {
    if (!running()) return;
    ::kill(pid_, SIGTERM);
    if (!ends_within(pid_, patience)) ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

}  // namespace slipway::cli
