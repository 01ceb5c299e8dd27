#include "tools/slipway-bench/daemon_processes.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace slipway::bench {

namespace {

const std::string url_variable = "SLIPWAY_DATABASE_URL=";

// The environment of a child: the URL may hold a password and is no argument.
std::vector<std::string> environment_with(const std::string& url) {
    std::vector<std::string> all;
    for (char** one = environ; *one != nullptr; ++one)
        if (!std::string(*one).starts_with(url_variable)) all.emplace_back(*one);
    all.push_back(url_variable + url);
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& one : texts) all.push_back(one.data());
    all.push_back(nullptr);
    return all;
}

struct closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using pipe_end = std::unique_ptr<std::FILE, closer>;

struct pipe_of_two {
    pipe_of_two() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
        from.reset(fdopen(ends[0], "r"));
        to.reset(fdopen(ends[1], "w"));
    }
    pipe_end from, to;
};

class child {
public:
    explicit child(const daemon_orders& orders) {
        pipe_of_two in, out;
        std::vector<std::string> arguments{"slipway-bench",
                                           "--as-daemon",
                                           "--n=" + std::to_string(orders.events),
                                           "--concurrency=" + std::to_string(orders.streams_at_once),
                                           "--first-vm=" + std::to_string(orders.first_vm),
                                           "--vm-step=" + std::to_string(orders.step)};
        auto environment = environment_with(orders.store);
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, fileno(in.from.get()), STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, fileno(out.to.get()), STDOUT_FILENO);
        const int code = posix_spawn(&id_, "/proc/self/exe", &files, nullptr, pointers_to(arguments).data(),
                                     pointers_to(environment).data());
        posix_spawn_file_actions_destroy(&files);
        if (code != 0) throw std::runtime_error(std::string("a daemon does not start: ") + std::strerror(code));
        to_ = std::move(in.to);
        from_ = std::move(out.from);
    }
    child(child&& other) noexcept
        : id_(std::exchange(other.id_, 0)), to_(std::move(other.to_)), from_(std::move(other.from_)) {}
    child& operator=(child&&) = delete;
    ~child() {
        if (id_ == 0) return;
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }

    // Without its end; nothing where the child has ended.
    std::string line() {
        std::string text;
        for (int c = 0; (c = std::fgetc(from_.get())) != EOF && c != '\n';) text += static_cast<char>(c);
        return text;
    }
    void tell(const char* what) {
        std::fprintf(to_.get(), "%s\n", what);
        std::fflush(to_.get());
    }
    void wait() {
        int status = 0;
        waitpid(std::exchange(id_, 0), &status, 0);
        if (status != 0) throw std::runtime_error("a daemon did not come to its end");
    }

private:
    pid_t id_ = 0;
    pipe_end to_, from_;
};

}  // namespace

std::vector<daemon_report> run_daemons(const std::vector<daemon_orders>& all) {
    std::vector<child> children;
    for (const daemon_orders& orders : all) children.emplace_back(orders);
    for (child& one : children)
        if (one.line() != "ready") throw std::runtime_error("a daemon did not open its store (what it said is above)");
    for (child& one : children) one.tell("go");
    std::vector<daemon_report> reports;
    for (child& one : children) {
        const std::string line = one.line();
        one.wait();
        reports.push_back(report_from(line));
    }
    return reports;
}

}  // namespace slipway::bench
