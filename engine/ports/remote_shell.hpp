// A new VM over SSH. Each call opens its own session, shows only the operator's key, and talks to no host whose host key
// is not in the target: a wrong host key is never trusted, it is reported.
//
// Called on the loop's thread and resumes there; cancelling the coroutine closes the session. Deadlines are counted from
// the call. Every function may be repeated after a crash: doing it twice leaves what doing it once leaves.
#pragma once

#include "engine/base/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

struct ssh_target {
    std::string address;                 // IPv4 or IPv6, no name
    std::vector<std::string> host_keys;  // public lines, any of which the host may show
};

enum class shell_failure {
    unreachable,     // no connection, or it closed: nothing is known about what ran
    wrong_host_key,  // the host showed a key that is not in the target; nothing was sent to it
    denied,          // the host refused the operator's key
    timed_out,       // the deadline passed
    broken,          // the host answered in a way that makes no sense (no shell, disk full, …)
};

struct shell_error {
    shell_failure failure = shell_failure::unreachable;
    std::string message;       // a sentence for people
    std::string presented_key; // wrong_host_key and denied: the public line that the host showed
    bool begun = false;        // the VM may have begun what was asked of it
};

[[noreturn]] inline void throw_exception_from_error(const shell_error& e, const boost::source_location&) {
    throw std::logic_error("shell failed: " + e.message);
}

template <class T>
using shell_result = boost::system::result<T, shell_error>;

struct recipe_output {
    int exit_code = 0;           // 128 + n where signal n ended it
    bool timed_out = false;      // killed because its time was over; exit_code is then 124
    std::uint64_t bytes = 0;     // of stdout and stderr together
    std::string tail;            // the last 4 KiB of them, valid UTF-8
    std::chrono::milliseconds duration{0};
    bool found_running = false;  // an earlier call had started it; this one only collected the result
    bool of_cloud_init = false;  // it is cloud-init that failed or took too long, in its words: the script was not run
};

// A script that runs once under `run_id`, behind cloud-init, in a directory of its own.
struct recipe_order {
    std::string run_id;
    std::string script;                      // empty: only cloud-init is waited for
    std::chrono::milliseconds deadline{0};   // cloud-init's and, from its start, the script's
    bool needs_cloud_init = false;           // the script does not run where cloud-init ended with an error
    std::vector<std::string> prepared;       // host keys that are put into use, and seen to be, before it starts
    bool in_doubt = false;                   // an earlier call may have started it: it may have changed SSH by now
};

// What is left of the operator's time on a VM.
struct handed_over {
    std::vector<std::string> host_keys;  // public lines, what the VM shows from now on
    std::string operator_key_left;       // why the operator's key may still be on it; empty: it is gone
};

// Called with pieces of the recipe's output as they come; a piece is never given twice within one call.
using output_sink = std::function<void(std::string_view)>;

class remote_shell {
public:
    virtual ~remote_shell() = default;

    // Waits until a session with the operator's key works, trying again quickly (a host that refuses costs nothing).
    // Ends early with `denied` only if the right host refuses the key for ten seconds on end.
    virtual boost::asio::awaitable<shell_result<void>> wait_until_ready(ssh_target target,
                                                                       std::chrono::milliseconds deadline) = 0;

    // Runs the script detached from the session; a second call with the same run_id finds the first run (running or
    // ended) and collects its result. Past its deadline the script and its children are killed.
    //
    // Once it may have been started, a VM that cannot be entered (it may have changed SSH) is tried until its time is
    // over; the error has `begun` then. Where it ended with 0, the session stays open for hand_over(), for a while.
    virtual boost::asio::awaitable<shell_result<recipe_output>> run_recipe(ssh_target target, recipe_order order,
                                                                          output_sink sink) = 0;

    // Makes the VM create fresh host keys, not yet in use, and returns their public lines. A second call returns the
    // same lines.
    virtual boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys(ssh_target target) = 0;

    // Puts the prepared host keys into use and removes the operator's key from the VM, in that order. A VM that shows
    // one of `prepared` and refuses the operator's key has been handed over already; or, where `changed` says that what
    // ran on it may have changed SSH and no earlier call can have done it, only seems so: both are success, the latter
    // with `operator_key_left`.
    virtual boost::asio::awaitable<shell_result<handed_over>> hand_over(ssh_target target,
                                                                       std::vector<std::string> prepared,
                                                                       bool changed) = 0;
};

}  // namespace slipway
