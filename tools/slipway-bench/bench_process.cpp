#include "tools/slipway-bench/bench_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace slipway::bench {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& one : texts) all.push_back(one.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

struct bench_process::pipe_of_two {
    pipe_of_two() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
        from.reset(fdopen(ends[0], "r"));
        to.reset(fdopen(ends[1], "w"));
    }
    pipe_end from, to;
};

bench_process::bench_process(const program& what) {
    pipe_of_two in, out;
    std::vector<std::string> arguments{what.path.substr(what.path.rfind('/') + 1)};
    arguments.insert(arguments.end(), what.arguments.begin(), what.arguments.end());
    std::vector<std::string> settings;
    for (const auto& [name, value] : what.environment.value_or(std::map<std::string, std::string>()))
        settings.push_back(name + "=" + value);
    std::vector<char*> environment = pointers_to(settings);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fileno(in.from.get()), STDIN_FILENO);
    if (what.output.empty())
        posix_spawn_file_actions_adddup2(&files, fileno(out.to.get()), STDOUT_FILENO);
    else
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, what.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int code = posix_spawn(&id_, what.path.c_str(), &files, nullptr, pointers_to(arguments).data(),
                                 what.environment ? environment.data() : environ);
    posix_spawn_file_actions_destroy(&files);
    if (code != 0) throw std::runtime_error(what.path + " does not start: " + std::strerror(code));
    to_ = std::move(in.to);
    from_ = std::move(out.from);
}

bench_process::bench_process(bench_process&& other) noexcept
    : id_(std::exchange(other.id_, 0)), to_(std::move(other.to_)), from_(std::move(other.from_)) {}

bench_process::~bench_process() {
    if (id_ == 0) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
}

std::string bench_process::line() {
    std::string text;
    for (int c = 0; (c = std::fgetc(from_.get())) != EOF && c != '\n';) text += static_cast<char>(c);
    return text;
}

void bench_process::tell(const std::string& line) {
    std::fprintf(to_.get(), "%s\n", line.c_str());
    std::fflush(to_.get());
}

bool bench_process::runs() const {
    siginfo_t ended{};
    return waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

bench_process::ending bench_process::wait() {
    int status = 0;
    rusage used{};
    wait4(std::exchange(id_, 0), &status, 0, &used);
    return {status == 0, static_cast<double>(used.ru_maxrss) / 1024};
}

}  // namespace slipway::bench
