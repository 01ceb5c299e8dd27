#include "tools/slipway-log/inspection.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstdio>
#include <fstream>

namespace slipway::inspection {

namespace {

// Taking the lock, if only for a moment, could turn away a writer that starts just then: the kernel's list is looked at
// instead. proc_locks(5): "1: FLOCK ADVISORY WRITE 4711 08:01:1234 0 EOF", device numbers in hexadecimal.
bool lock_is_held(const std::string& lock_file) {
    struct stat file {};
    if (stat(lock_file.c_str(), &file) != 0) return false;
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

}  // namespace

std::optional<log_holder> who_writes(sqlite::reader& log) {
    log_holder holder;
    (void)log.on().query("SELECT holder, since FROM writer", {}, [&](const sqlite::statement& row) {
        holder.who = row.text(0);
        holder.since.ms = row.number(1);
    });
    if (holder.who.empty()) return {};
    holder.running = lock_is_held(log.path() + ".lock");
    return holder;
}

}  // namespace slipway::inspection
