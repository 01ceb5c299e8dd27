// The shell programs that slipway runs on a VM. They need a POSIX sh, coreutils and util-linux, as every Debian and
// Ubuntu image has them; they are sent over the stdin of `exec /bin/sh -s`, so the login shell does not matter.
//
// All paths begin with ${SLIPWAY_VM_ROOT:-}: empty on a real VM; a simulated VM's sshd sets it (SetEnv), and everything
// stays in a folder of its own.
//
// On the VM, in /var/lib/slipway/recipes/<run id>/ (mode 0700):
//   runner, script   put there under a temporary name, then linked: whoever comes first wins, nobody sees half a file
//   started          "PID TOKEN" of the one process that runs this recipe, linked into place by that process: the link
//                    decides who runs. It holds a lock (flock) on the file for as long as it lives, so anybody can tell
//                    whether it still does. It is on disk before the script runs
//   begun            the script was started (after cloud-init was waited for)
//   group            "PID START BOOT" of the script's own process, which leads a process group
//   output           the first MiB of stdout and stderr, as it comes
//   over*, dropped   what came after that: the last pieces, and how many bytes were dropped before them
//   timed_out        the watcher ended the script because its time was over
//   exit             "CODE TIMED_OUT BYTES MILLISECONDS", and "cloud_init" where that is what failed; written last,
//                    atomically and durably
//
// The runner does not depend on the SSH session, the watcher not on the runner. A `started` whose process is gone
// without an `exit` was cut off (reboot, kill): it is reported as lost and never started again.
//
// What a program says about the run goes to stderr in lines "slipway: …" (see recipe_run.cpp); stdout is the recipe's, from
// a line "slipway: output TOKEN" on: what comes before it is the login's own (.bashrc).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ssh {

inline constexpr std::string_view shell_command = "exec /bin/sh -s";

// Bytes of output that are kept and can be followed; the rest is counted, its end kept.
inline constexpr std::uint64_t kept_output = 1 << 20;

struct follow_request {
    std::string run_id;
    std::string token;                   // of this call: tells who started the recipe, and where its output begins
    std::string script;                  // any bytes
    std::chrono::milliseconds deadline;  // for the script
    std::uint64_t offset = 0;            // bytes of output that are known already
    bool may_start = true;               // false once the run is known to exist
    bool needs_cloud_init = false;       // the script is not run where cloud-init ended with an error
};

// Letters, digits, '.', '_' and '-', at most 100, not beginning with '.' or '-': a run id becomes a folder's name.
bool is_run_id(std::string_view text);

// Starts the run if it was never started, then hands out its output from `offset` until it ends.
std::string follow_script(const follow_request& request);

// Makes fresh host keys that are not yet in use, once; says "key LINE" for each.
std::string prepare_host_keys_script();

// Puts the prepared host keys, which must be exactly these lines, in place of those in use and tells sshd, where it is not
// told to leave it alone; it says "installed" then. With a run id: only where that run has not begun.
std::string install_host_keys_script(const std::vector<std::string>& prepared, std::string_view unless_started = {},
                                     bool tell_sshd = true);

// Removes the spare private copies of the prepared keys and the operator's line from authorized_keys; says "key LINE" for
// each host key of the VM.
std::string forget_operator_script(std::string_view operator_blob);

}  // namespace slipway::ssh
