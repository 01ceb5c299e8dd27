#include "adapters/sqlite/database_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

namespace slipway::sqlite {

namespace {

constexpr int patience = 500;  // times 10 ms, for another process that recovers or checkpoints the log

error cannot_write(const std::string& to, const std::string& why) {
    return make_error(error_kind::failed, "the backup " + to + " cannot be written: " + why + ".");
}

// A file that goes away again unless it is moved to its place.
class draft {
public:
    explicit draft(const std::string& to) : path_(to + ".XXXXXX"), file_(::mkostemp(path_.data(), O_CLOEXEC)) {}  // mode 0600
    ~draft() {
        if (file_ < 0) return;
        ::close(file_);
        ::unlink(path_.c_str());
    }
    draft(const draft&) = delete;
    draft& operator=(const draft&) = delete;

    bool made() const { return file_ >= 0; }
    const std::string& path() const { return path_; }

    // 0, or errno. Never over what is there. Some file systems have no hard links.
    int move_to(const std::string& to) {
        if (::fsync(file_) != 0) return errno;
        if (::link(path_.c_str(), to.c_str()) != 0) {
            if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
            if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) return errno;
        }
        const auto folder = std::filesystem::path(to).parent_path();
        const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const int problem = directory < 0 || ::fsync(directory) != 0 ? errno : 0;
        if (directory >= 0) ::close(directory);
        return problem;
    }

private:
    std::string path_;
    int file_;
};

struct backup_closer {
    void operator()(sqlite3_backup* work) const { sqlite3_backup_finish(work); }
};

int copy_pages(connection& from, connection& into) {
    // Its durability is one fsync at the end, and it is thrown away where that is not reached.
    into.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
    const std::unique_ptr<sqlite3_backup, backup_closer> work(sqlite3_backup_init(into.raw(), "main", from.raw(), "main"));
    if (!work) return sqlite3_extended_errcode(into.raw());
    int code = SQLITE_BUSY;
    // All pages in one step: all of one moment.
    for (int tries = 0; tries < patience && ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED); ++tries) {
        if (tries > 0) sqlite3_sleep(10);
        code = sqlite3_backup_step(work.get(), -1);
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

bool of_the_copy(int code) {
    const int kind = code & 0xff;
    return kind == SQLITE_FULL || kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN || code == SQLITE_IOERR_WRITE ||
           code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_TRUNCATE;
}

// What is damaged in the log is damaged in its copy, and nobody shall find that out when the copy is all there is.
result<void> check_copy(reader& copy, const std::string& log) {
    const auto wrong = copy.integrity(check_depth::quick);
    if (wrong && wrong->empty()) return {};
    return make_error(error_kind::corrupt,
                      "the event log " + log + " is damaged (" + (wrong ? wrong->front() : wrong.error().message) +
                          "), so no backup was made: run slipway-log verify, and keep the backups that you have.");
}

}  // namespace

result<void> copy_database(reader& from, const std::string& to, const std::function<result<void>(reader& copy)>& complete) {
    struct stat there {};
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        if (::lstat((to + suffix).c_str(), &there) == 0)
            return make_error(error_kind::refused, to + suffix + " is there already: name a new file for the backup.");
    draft copy(to);
    if (!copy.made()) return cannot_write(to, std::strerror(errno));
    {
        auto into = connection::open(copy.path(), connection::mode::read_write);
        if (!into) return into.error();
        const int code = copy_pages(from.on(), *into);
        if (code != SQLITE_OK && !of_the_copy(code)) return from.on().failure(code, "cannot be read", error_kind::storage);
        if (code != SQLITE_OK) return cannot_write(to, (code & 0xff) == SQLITE_FULL ? "the disk is full" : sqlite3_errstr(code));
    }
    {
        auto made = reader::open_alone(copy.path());
        if (!made) return made.error();
        if (auto good = check_copy(*made, from.place()); !good) return good;
        if (auto done = complete(*made); !done) return done;
    }
    if (const int problem = copy.move_to(to); problem == EEXIST)
        return make_error(error_kind::refused, to + " is there already: name a new file for the backup.");
    else if (problem != 0)
        return cannot_write(to, std::strerror(problem));
    return {};
}

}  // namespace slipway::sqlite
