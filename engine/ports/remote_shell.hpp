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

    // Runs `script` once under `run_id`, detached from the session, in a directory of its own on the VM; a second call
    // with the same run_id finds the first run (running or ended) and collects its result. The deadline counts from the
    // start of the script; past it the script and its children are killed.
    virtual boost::asio::awaitable<shell_result<recipe_output>> run_recipe(ssh_target target, std::string run_id,
                                                                          std::string script,
                                                                          std::chrono::milliseconds deadline,
                                                                          output_sink sink) = 0;

    // Makes the VM create fresh host keys, not yet in use, and returns their public lines. A second call returns the
    // same lines.
    virtual boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys(ssh_target target) = 0;

    // Puts the prepared host keys into use and removes the operator's key from the VM, in that order. A VM that shows
    // one of `prepared` and refuses the operator's key has been handed over already: success.
    virtual boost::asio::awaitable<shell_result<void>> hand_over(ssh_target target,
                                                                std::vector<std::string> prepared) = 0;
};

}  // namespace slipway
