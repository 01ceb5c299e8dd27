// The machine behind a simulated server: a directory of its own that looks like a Linux root, and processes that run in
// it. What a recipe writes to /root, /etc, /var or /usr lands there and never on the machine that runs the simulator.
//
// How far that goes depends on what this machine allows, and is tried once at start (`find_isolation`):
//   full  root: mount, process and host-name namespaces; overlays over /etc, /usr, /var; sshd runs inside, and
//         capabilities that reach past the namespaces (reboot, modules, clock, mounts) are dropped.
//   user  unprivileged user namespaces: the same with a copy of /etc and a read-only /usr; sshd runs outside as the
//         current user, its commands run inside.
//   none  neither: commands run with HOME and SLIPWAY_VM_ROOT set to the directory. Absolute paths are the machine's!
// It is a stage set for tests, no security boundary.
//
// Not thread-safe, and the process must have one thread only: machines are made with clone(2).
#pragma once

#include "engine/base/error.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::sim {

enum class isolation { full, user, none };

struct isolation_found {
    isolation kind = isolation::none;
    std::string why;  // where it is not `full`: what was tried and what the kernel said
};
isolation_found find_isolation(const std::filesystem::path& scratch);

// Runs once when a machine boots for the first time.
struct machine_file {
    std::string path;  // absolute, inside the machine
    std::string content;
    unsigned mode = 0644;
};

struct machine_plan {
    std::int64_t id = 0;
    std::string name;  // host name
    std::filesystem::path directory;
    isolation kind = isolation::none;
    std::vector<machine_file> files;
    std::vector<std::string> boot_commands;  // shell, run inside at the first boot; empty: none
};

class machine {
public:
    // Makes the directory (if it is new), the namespaces and their first process.
    static result<machine> boot(const machine_plan& plan);

    machine(machine&& other) noexcept;
    machine& operator=(machine&& other) noexcept;
    ~machine() { halt(); }

    // Hands an accepted connection to a new `sshd -i` of this machine, with these additional arguments.
    result<void> run_sshd(int socket, const std::vector<std::string>& arguments) const;

    // Puts a file where a command-line option of sshd can name it; returns the path as sshd sees it.
    std::string put_file_for_sshd(const std::string& name, const std::string& content) const;

    // Ends every process of the machine; its directory stays. Returns its first process where it has one: the kernel is
    // still taking the machine apart, mount by mount, until that has ended (see `has_ended`).
    pid_t halt();

private:
    machine() = default;

    std::int64_t id_ = 0;
    isolation kind_ = isolation::none;
    std::filesystem::path directory_;
    pid_t init_ = -1;  // first process of the namespaces; -1: none
};

// A server's cloud-init: a script that tells, and waits for, what the file says; "running" until the boot commands are
// over, then "done" or "error".
inline constexpr const char* cloud_init_status_file = "/var/lib/cloud/simulated-status";
extern const char* const cloud_init_script;
std::string cloud_init_program(isolation kind);  // its path, inside

// Has this first process ended? Collects it; never waits.
bool has_ended(pid_t init);

// Removes a machine's directory, whatever modes a recipe or an overlay left in it. False where something is left, as
// when a process of the machine was just writing: try again.
bool erase_directory(const std::filesystem::path& directory);

}  // namespace slipway::sim
