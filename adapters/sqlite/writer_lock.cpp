#include "adapters/sqlite/writer_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

namespace slipway::sqlite {

namespace {

std::string holder_of(int file) {
    std::array<char, 128> text{};
    const ssize_t size = pread(file, text.data(), text.size(), 0);
    std::string who(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!who.empty() && who.back() == '\n') who.pop_back();
    return who.empty() ? "another process" : who;
}

// Whether `path` still names the open file: its maker may have removed it between our open and our flock.
bool still_there(int file, const std::string& path) {
    struct stat ours {
    }, named{};
    return fstat(file, &ours) == 0 && stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

}  // namespace

result<writer_lock> writer_lock::take(const std::string& database, const std::string& program) {
    const std::string path = database + ".lock";
    for (;;) {
        bool created = true;
        int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 && errno == EEXIST) {
            created = false;
            file = open(path.c_str(), O_RDWR | O_CLOEXEC);
            if (file < 0 && errno == ENOENT) continue;  // removed in between
        }
        if (file < 0)
            return make_error(error_kind::unreachable, "the event log " + database + " cannot be locked: " + path +
                                                           ": " + std::strerror(errno) +
                                                           ". Check that this user may write to that directory.");
        writer_lock lock(file, path, created);
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            const int why = errno;
            lock.created_ = false;
            if (why == EWOULDBLOCK) {
                const std::string holder = holder_of(file);
                const bool can_be_talked_to = holder.starts_with("slipwayd ");
                return make_error(error_kind::refused,
                                  "the event log " + database + " is in use by " + holder +
                                      (can_be_talked_to ? ". Talk to it instead (slipway --api), or stop it"
                                                        : ". Wait until that has ended, or stop it") +
                                      ", and try again.");
            }
            return make_error(error_kind::unreachable, "the event log " + database + " cannot be locked: " + path +
                                                           ": " + std::strerror(why) +
                                                           ". Put it on a file system with locks.");
        }
        if (!still_there(file, path)) {
            lock.created_ = false;
            continue;
        }
        const std::string who = program + " (pid " + std::to_string(getpid()) + ")\n";
        // Only the message needs it: a full disk must not keep us from the database.
        if (ftruncate(file, 0) != 0 || pwrite(file, who.data(), who.size(), 0) < 0) errno = 0;
        return lock;
    }
}

// Taking the lock, if only for a moment, could turn away a writer that starts just then: the kernel's list is looked at
// instead. proc_locks(5): "1: FLOCK ADVISORY WRITE 4711 08:01:1234 0 EOF", device numbers in hexadecimal.
bool writer_lock::is_held(const std::string& database) {
    struct stat file {};
    if (stat((database + ".lock").c_str(), &file) != 0) return false;
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        unsigned major_number = 0, minor_number = 0;
        unsigned long inode = 0;
        if (line.find(" FLOCK ") == std::string::npos) continue;
        if (std::sscanf(line.c_str(), "%*d: FLOCK %*s WRITE %*d %x:%x:%lu", &major_number, &minor_number, &inode) != 3)
            continue;
        if (inode == file.st_ino && major_number == major(file.st_dev) && minor_number == minor(file.st_dev))
            return true;
    }
    return false;
}

writer_lock::writer_lock(writer_lock&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)), created_(other.created_) {}

writer_lock& writer_lock::operator=(writer_lock&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(path_, other.path_);
    std::swap(created_, other.created_);
    return *this;
}

writer_lock::~writer_lock() {
    if (file_ >= 0) close(file_);
}

void writer_lock::undo() {
    if (file_ >= 0 && created_) unlink(path_.c_str());
}

}  // namespace slipway::sqlite
