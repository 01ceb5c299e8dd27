#include "adapters/sqlite/file_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace slipway::sqlite {

namespace {

error directory_error(const std::filesystem::path& directory, int why) {
    return make_error(error_kind::unreachable,
                      "the event log cannot be created: directory " + directory.string() + ": " + std::strerror(why) +
                          (why == ENOENT ? ". Create it, or name another place with SLIPWAY_DATABASE_URL."
                                         : ". Check that this user may write to it."));
}

}  // namespace

result<void> prepare_directory(const std::string& path, bool create) {
    std::filesystem::path directory = std::filesystem::path(path).parent_path();
    if (directory.empty()) directory = ".";
    if (create) {
        std::error_code failed;
        const bool made = std::filesystem::create_directories(directory, failed);
        if (failed) return directory_error(directory, failed.value());
        if (made) chmod(directory.c_str(), 0700);
    }
    struct stat info {};
    if (stat(directory.c_str(), &info) != 0) return directory_error(directory, errno);
    if (!S_ISDIR(info.st_mode)) return directory_error(directory, ENOTDIR);
    return {};
}

result<bool> prepare_file(const std::string& path) {
    const int made = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) {
        close(made);
        return true;
    }
    int why = errno;
    // Not opened to see: closing it would take away the locks that this process may have on it (cut_off.cpp).
    if (why == EEXIST) {
        if (access(path.c_str(), R_OK | W_OK) == 0) return false;
        why = errno;
    }
    return make_error(error_kind::unreachable, "the event log " + path +
                                                   " cannot be opened for writing: " + std::strerror(why) +
                                                   ". Check that this user may read and write it.");
}

}  // namespace slipway::sqlite
