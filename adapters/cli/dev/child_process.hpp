// A program that this one has started and that ends with it, however this one ends: the kernel tells it to (SIGTERM).
//
// Owned by whoever started it, in a process without other threads. The destructor stops it.
#pragma once

#include "engine/base/error.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace slipway::cli {

struct child_command {
    std::string program;                   // a path
    std::vector<std::string> arguments;    // without the program's own name
    std::vector<std::string> environment;  // "NAME=value", all that it gets
    std::string directory;                 // it works there
    int output = -1;                       // its stdout; -1: none
    int errors = -1;                       // its stderr; -1: none
    int held = -1;                         // a descriptor that it keeps open until it ends; -1: none
};

class child_process {
public:
    // In a process group of its own: a key pressed at the terminal does not reach it.
    static result<child_process> start(const child_command& command);
    child_process(child_process&& other) noexcept;
    child_process& operator=(child_process&&) = delete;
    ~child_process();

    bool running();
    // SIGTERM, and SIGKILL to one that is still there after `patience`.
    void stop(std::chrono::milliseconds patience);

private:
    explicit child_process(pid_t pid) : pid_(pid) {}

    pid_t pid_;  // -1: it has ended
};

}  // namespace slipway::cli
