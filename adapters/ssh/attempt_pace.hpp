// How long after the start of one attempt to reach a VM over SSH the next one begins. Pure.
#pragma once

#include "engine/ports/remote_shell.hpp"

#include <chrono>
#include <cstddef>

namespace slipway::ssh {

class attempt_pace {
public:
    using duration = std::chrono::steady_clock::duration;

    // How the attempt failed, whether sshd had seen it, since when there are attempts, and how many VMs are waited for like
    // this at once.
    duration after(shell_failure failed, bool sshd_saw_it, duration age, std::size_t waiting);

private:
    int denials_ = 0;
    duration next_ = std::chrono::milliseconds{100};
};

}  // namespace slipway::ssh
