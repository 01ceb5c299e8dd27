// One process writes an event log. The lock is a flock on "<database>.lock": the kernel drops it when the process ends,
// however it ends, so nothing has to be cleaned up after a crash. The file says who holds it, for the message only.
//
// The lock keeps two processes of one machine apart early and with a clear sentence; what makes a second writer
// harmless even without it is the epoch (see writer.hpp).
#pragma once

#include "engine/base/error.hpp"

#include <string>

namespace slipway::sqlite {

class writer_lock {
public:
    // `program` is named to whoever comes second. error_kind::refused where the lock is held, unreachable where the
    // file cannot be made.
    static result<writer_lock> take(const std::string& database, const std::string& program);

    // Whether somebody holds it at this moment, as far as the kernel says; takes nothing.
    static bool is_held(const std::string& database);

    writer_lock(writer_lock&& other) noexcept;
    writer_lock& operator=(writer_lock&& other) noexcept;
    ~writer_lock();

    // Also removes the file, if this lock made it: for an opening that failed after all and must leave nothing behind.
    void undo();

private:
    writer_lock(int file, std::string path, bool created) : file_(file), path_(std::move(path)), created_(created) {}

    int file_ = -1;
    std::string path_;
    bool created_ = false;
};

}  // namespace slipway::sqlite
