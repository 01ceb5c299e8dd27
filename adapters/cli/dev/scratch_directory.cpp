#include "adapters/cli/dev/scratch_directory.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

error no_directory(const std::string& what) {
    return make_error(error_kind::failed, what + ": " + std::strerror(errno));
}

bool erase(const std::string& path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    return !failed;
}

// Returns in the parent. What is pressed at the terminal, and the terminal's end, are not for this process.
pid_t fork_remover(const std::string& path, int until_closed) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::setsid();
    ::prctl(PR_SET_NAME, "slipway-remover");
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, stream);
    const int kept = ::dup2(until_closed, STDERR_FILENO + 1);
    ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
    if (::chdir("/") != 0) ::_exit(1);
    for (char byte = 0;;) {
        const ssize_t read = ::read(kept, &byte, 1);
        if (read == 0 || (read < 0 && errno != EINTR)) break;
    }
    ::_exit(erase(path) ? 0 : 1);
}

}  // namespace

result<scratch_directory> scratch_directory::make(const std::string& name) {
    std::error_code nowhere;
    const fs::path parent = fs::temp_directory_path(nowhere);
    std::string pattern = ((nowhere ? fs::path("/tmp") : parent) / (name + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) return no_directory("a directory like " + pattern + " cannot be made");
    scratch_directory out;
    out.path_ = pattern;
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) == 0) {
        out.remover_ = fork_remover(out.path_, ends[0]);
        out.holder_ = ends[1];
        ::close(ends[0]);
    }
    if (out.remover_ < 0) return no_directory("a process that looks after " + out.path_ + " cannot be started");
    return out;
}

scratch_directory::scratch_directory(scratch_directory&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      holder_(std::exchange(other.holder_, -1)),
      remover_(std::exchange(other.remover_, -1)) {}

scratch_directory::~scratch_directory() {
    if (holder_ >= 0) ::close(holder_);
    int status = 1;
    if (remover_ > 0)
        while (::waitpid(remover_, &status, 0) < 0 && errno == EINTR) {
        }
    if (!path_.empty() && status != 0) erase(path_);
}

}  // namespace slipway::cli
