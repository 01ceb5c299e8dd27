#include "tools/hetzner-sim/machine.hpp"

#include "tools/hetzner-sim/machine_root.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace slipway::sim {

namespace fs = std::filesystem;

namespace {

constexpr const char* sshd_path = "/usr/sbin/sshd";
constexpr const char* extra_programs = "/opt/simulator";  // where /usr is the machine's own

std::string marker(std::int64_t id) {
    return "SLIPWAY_SIM_VM=" + std::to_string(::getpid()) + "." + std::to_string(id);
}

bool write_whole(const char* path, const std::string& text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool well = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return well;
}

void silence_standard_streams() {
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; ++fd) ::dup2(null, fd);
    if (null > 2) ::close(null);
}

void reset_signals() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(s, SIG_DFL);
}

void run_boot_commands(const machine_plan& plan) {
    const pid_t child = ::fork();
    if (child != 0) return;
    if (plan.kind == isolation::full) drop_capabilities();
    ::setsid();
    if (::chdir("/root") != 0) ::_exit(127);
    std::string script = "exec >/var/log/cloud-init-output.log 2>&1\n(\n";
    for (const auto& line : plan.boot_commands) script += line + "\n";
    script += std::string(")\n[ $? = 0 ] && status=done || status=error\necho $status >") + cloud_init_status_file +
              ".new\nmv " + cloud_init_status_file + ".new " + cloud_init_status_file + "\n";
    ::setenv("HOME", "/root", 1);
    ::execl("/bin/sh", "sh", "-c", script.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
}

// The life of a machine's first process: everything is made ready, "" or the problem goes through the pipe, and then it
// only collects the processes that others leave behind. It dies with the simulator, and with it the whole machine.
[[noreturn]] void live_as_init(const machine_plan& plan, int pipe, uid_t uid, gid_t gid) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "sim-vm-init");
    reset_signals();
    std::string problem;
    try {
        if (plan.kind == isolation::user && (!write_whole("/proc/self/setgroups", "deny") ||
                                             !write_whole("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") ||
                                             !write_whole("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1")))
            problem = std::string("user namespace: ") + std::strerror(errno);
        const bool first_boot = !fs::exists(plan.directory / "booted");
        if (problem.empty() && first_boot) std::ofstream(plan.directory / "booted").flush();
        if (problem.empty()) problem = enter_new_root(plan);
        if (problem.empty() && first_boot) problem = write_files(plan, "/");
        silence_standard_streams();
        if (problem.empty() && first_boot && !plan.boot_commands.empty()) run_boot_commands(plan);
    } catch (const std::exception& e) {
        problem = e.what();
    }
    if (problem.empty()) problem = "ready";
    (void)!::write(pipe, problem.data(), problem.size());
    ::close_range(3, ~0U, 0);
    if (problem != "ready") ::_exit(1);
    ::signal(SIGCHLD, SIG_IGN);
    while (true) ::pause();
}

// "ready", or what went wrong.
std::string read_all(int fd) {
    std::string text;
    std::array<char, 512> buffer{};
    while (true) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

// The command of every SSH session where sshd itself runs outside of the machine.
std::string session_script(const machine_plan& plan, pid_t init) {
    const std::string inside =
        "cd \"$HOME\"; if [ -n \"$SSH_ORIGINAL_COMMAND\" ]; then exec \"$SHELL\" -c \"$SSH_ORIGINAL_COMMAND\"; "
        "else exec \"$SHELL\" -l; fi";
    std::string script = "#!/bin/sh\nexport SHELL=/bin/bash " + marker(plan.id) + "\n";
    if (plan.kind == isolation::user)
        return script + "export HOME=/root USER=root LOGNAME=root SLIPWAY_VM_ROOT= PATH=\"$PATH:" + extra_programs +
               "\"\nexec nsenter -t " +
               std::to_string(init) + " -U --preserve-credentials -m -p -u -r -w -- /bin/sh -c '" + inside + "'\n";
    const std::string root = (plan.directory / "rootfs").string();
    return script + "export HOME='" + root + "/root' SLIPWAY_VM_ROOT='" + root + "'\n" + inside + "\n";
}

std::string outer_sshd_config(const machine_plan& plan) {
    const std::string root = (plan.directory / "rootfs").string();
    // The user's shell runs the session's command, and would do first what his own ~/.bashrc says.
    std::string text = "AuthorizedKeysFile " + root + "/root/.ssh/authorized_keys\nSetEnv HOME=" + plan.directory.string() +
                       "\nForceCommand " + (plan.directory / "session").string() + "\nSubsystem sftp /usr/lib/openssh/sftp-server\n";
    for (const char* type : {"ed25519", "ecdsa", "rsa"})
        text += "HostKey " + root + "/etc/ssh/ssh_host_" + type + "_key\n";
    return text +
           "StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
           "PermitRootLogin yes\nPidFile none\nPrintMotd no\nUseDNS no\nLogLevel ERROR\n";
}

std::string prepare_outside(const machine_plan& plan, pid_t init) {
    if (plan.kind == isolation::none && !fs::exists(plan.directory / "booted")) {
        for (const char* own : {"root", "etc/ssh", "var/lib", "var/log", "tmp"})
            fs::create_directories(plan.directory / "rootfs" / own);
        if (auto problem = write_files(plan, plan.directory / "rootfs"); !problem.empty()) return problem;
        std::ofstream(plan.directory / "booted").flush();
    }
    std::ofstream(plan.directory / "session") << session_script(plan, init);
    fs::permissions(plan.directory / "session", static_cast<fs::perms>(0755));
    std::ofstream(plan.directory / "sshd_config") << outer_sshd_config(plan);
    // As root, sshd insists on this directory; a machine without a running sshd may not have it.
    if (::geteuid() == 0) fs::create_directories("/run/sshd");
    return "";
}

// As fork(2), in new namespaces where some are named, and without the C library's part in it: a sanitizer would start a
// thread of its own in the child, and a process with threads may not join another one's namespaces.
pid_t bare_fork(unsigned long spaces = 0) {
    return static_cast<pid_t>(::syscall(SYS_clone, spaces | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

// In a forked child: from here on it sees what the machine's first process sees.
bool join_machine(pid_t init) {
    const std::string base = "/proc/" + std::to_string(init);
    const int root = ::open((base + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return false;
    for (const char* space : {"uts", "pid", "mnt"}) {
        const int fd = ::open((base + "/ns/" + space).c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0 || ::setns(fd, 0) != 0) return false;
        ::close(fd);
    }
    return ::fchdir(root) == 0 && ::chroot(".") == 0 && ::chdir("/") == 0;
}

}  // namespace

isolation_found find_isolation(const fs::path& scratch) {
    isolation_found found;
    for (const isolation kind : {isolation::full, isolation::user}) {
        if (kind == isolation::full && ::geteuid() != 0) {
            found.why = "not root";
            continue;
        }
        machine_plan plan;
        plan.name = "probe";
        plan.directory = scratch / "probe";
        plan.kind = kind;
        auto tried = machine::boot(plan);
        if (tried) {
            const pid_t init = tried->halt();
            while (::waitpid(init, nullptr, 0) < 0 && errno == EINTR) {
            }
        } else {
            found.why += (found.why.empty() ? "" : "; ") + tried.error().message;
        }
        erase_directory(plan.directory);
        if (tried) {
            found.kind = kind;
            return found;
        }
    }
    return found;
}

result<machine> machine::boot(const machine_plan& plan) {
    std::error_code ec;
    fs::create_directories(plan.directory, ec);
    if (ec) return make_error(error_kind::failed, "cannot create " + plan.directory.string() + ": " + ec.message());
    machine m;
    m.id_ = plan.id;
    m.kind_ = plan.kind;
    m.directory_ = plan.directory;
    if (plan.kind != isolation::none) {
        int pipe[2];
        if (::pipe2(pipe, O_CLOEXEC) != 0) return make_error(error_kind::failed, "pipe: no file descriptors left");
        unsigned long spaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS;
        if (plan.kind == isolation::user) spaces |= CLONE_NEWUSER;
        const uid_t uid = ::getuid();
        const gid_t gid = ::getgid();
        // The simulator is the parent and so is told when it dies, and the reverse.
        const pid_t child = bare_fork(spaces);
        if (child == 0) {
            ::close(pipe[0]);
            live_as_init(plan, pipe[1], uid, gid);
        }
        ::close(pipe[1]);
        const std::string said = child < 0 ? std::string("namespaces: ") + std::strerror(errno) : read_all(pipe[0]);
        ::close(pipe[0]);
        m.init_ = child;
        if (said != "ready")
            return make_error(error_kind::failed, said.empty() ? "the machine's first process died" : said);
    }
    if (plan.kind != isolation::full)
        if (auto problem = prepare_outside(plan, m.init_); !problem.empty())
            return make_error(error_kind::failed, problem);
    return m;
}

machine::machine(machine&& other) noexcept
    : id_(other.id_),
      kind_(other.kind_),
      directory_(std::move(other.directory_)),
      init_(std::exchange(other.init_, -1)) {
    other.directory_.clear();
}

machine& machine::operator=(machine&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(kind_, other.kind_);
    std::swap(directory_, other.directory_);
    std::swap(init_, other.init_);
    return *this;
}

result<void> machine::run_sshd(int socket, const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = {sshd_path, "-i"};
    if (kind_ == isolation::full) {
        words.insert(words.end(), {"-f", "/etc/ssh/sshd_config", "-E", "/var/log/sshd.log"});
    } else {
        words.insert(words.end(),
                     {"-f", (directory_ / "sshd_config").string(), "-E", (directory_ / "sshd.log").string()});
    }
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    std::string mark = marker(id_);
    char* environment[] = {path.data(), mark.data(), nullptr};

    const pid_t child = bare_fork();
    if (child < 0) return make_error(error_kind::failed, std::string("fork: ") + std::strerror(errno));
    if (child == 0) {
        reset_signals();
        ::setsid();
        silence_standard_streams();
        ::dup2(socket, 0);
        ::dup2(socket, 1);
        ::close_range(3, ~0U, 0);
        ::fcntl(0, F_SETFL, ::fcntl(0, F_GETFL) & ~O_NONBLOCK);
        if (kind_ == isolation::full) {
            if (!join_machine(init_)) ::_exit(1);
            drop_capabilities();
        }
        // The second fork enters the machine's process namespace, and leaves sshd to its first process.
        if (::fork() == 0) {
            ::execve(sshd_path, argv.data(), environment);
            ::_exit(127);
        }
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return make_error(error_kind::failed, "the machine's namespaces cannot be joined");
    return {};
}

std::string machine::put_file_for_sshd(const std::string& name, const std::string& content) const {
    const fs::path place = directory_ / "rootfs" / ".simulator";
    std::error_code ec;
    fs::create_directories(place, ec);
    fs::remove(place / name, ec);
    std::ofstream(place / name) << content;
    fs::permissions(place / name, static_cast<fs::perms>(0600), ec);
    return kind_ == isolation::full ? "/.simulator/" + name : (place / name).string();
}

pid_t machine::halt() {
    const pid_t init = std::exchange(init_, -1);
    if (init > 0) ::kill(init, SIGKILL);  // the kernel ends everything else in its process namespace
    if (kind_ == isolation::full || directory_.empty()) return init;
    // Processes outside of a namespace are found by the mark in their environment.
    const std::string mark = marker(id_);
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator("/proc", ec)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream in(entry.path() / "environ", std::ios::binary);
        for (std::string variable; std::getline(in, variable, '\0');)
            if (variable == mark) ::kill(static_cast<pid_t>(std::stol(name)), SIGKILL);
    }
    directory_.clear();
    return init;
}

const char* const cloud_init_script = R"sh(#!/bin/sh
# What a simulated server has of cloud-init: how its boot commands went.
file=${SLIPWAY_VM_ROOT:-}/var/lib/cloud/simulated-status
[ "$1" = status ] || exit 2
case " $* " in *" --wait "*) while [ "$(cat "$file")" = running ]; do sleep 0.1; done ;; esac
status=$(cat "$file")
echo "status: $status"
[ "$status" = error ] || exit 0
case " $* " in *" --long "*) echo "detail: ('scripts_user', RuntimeError('Runparts: 1 failures (runcmd) in 1 attempted commands'))" ;; esac
exit 1
)sh";

std::string cloud_init_program(isolation kind) {
    return std::string(kind == isolation::user ? extra_programs : "/usr/bin") + "/cloud-init";
}

bool has_ended(pid_t init) {
    return ::waitpid(init, nullptr, WNOHANG) != 0;
}

bool erase_directory(const fs::path& directory) {
    std::error_code ec;
    // Without root's rights, an overlay's work directory and whatever a recipe closed must be opened to be emptied.
    if (::geteuid() != 0)
        for (auto at = fs::recursive_directory_iterator(directory, fs::directory_options::skip_permission_denied, ec);
             !ec && at != fs::recursive_directory_iterator(); at.increment(ec))
            if (!at->is_symlink(ec) && at->is_directory(ec))
                fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, ec);
    fs::remove_all(directory, ec);
    return !fs::exists(directory, ec);
}

}  // namespace slipway::sim
