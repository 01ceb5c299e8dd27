// A directory in TMPDIR that is gone when this process and all that holds it have ended, however they did: a small process
// of its own waits for that and removes it, so that kill -9 leaves nothing behind either.
//
// Owned by a process without other threads.
#pragma once

#include "engine/base/error.hpp"

#include <sys/types.h>

#include <string>

namespace slipway::cli {

class scratch_directory {
public:
    // `name`: what its own begins with.
    static result<scratch_directory> make(const std::string& name);
    scratch_directory(scratch_directory&& other) noexcept;
    scratch_directory& operator=(scratch_directory&&) = delete;
    ~scratch_directory();  // returns when it is gone

    const std::string& path() const { return path_; }
    // Whoever has it open holds the directory.
    int holder() const { return holder_; }

private:
    scratch_directory() = default;

    std::string path_;
    int holder_ = -1;
    pid_t remover_ = -1;
};

}  // namespace slipway::cli
