#include "adapters/cli/file_exchange.hpp"

#include "adapters/cli/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest = 1024 * 1024;

error trouble(const std::string& path, const std::string& what) {
    return make_error(error_kind::failed, path + " " + what + ": " + std::strerror(errno));
}

bool write_all(int to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(to, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

result<std::string> read_whole_file(const std::string& path) {
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) return trouble(path, "cannot be read");
    struct stat about {};
    if (::fstat(file.number, &about) != 0 || !S_ISREG(about.st_mode))
        return make_error(error_kind::failed, path + " is no plain file");
    std::string text(largest + 1, '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const ssize_t n = ::read(file.number, text.data() + have, text.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return trouble(path, "cannot be read");
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    if (have > largest) return make_error(error_kind::failed, path + " is larger than 1 MiB");
    text.resize(have);
    return text;
}

result<void> exchange_file(const std::string& path, std::string_view before, std::string_view after) {
    std::error_code failed;
    const std::string target = fs::canonical(path, failed).string();
    struct stat about {};
    if (failed) return make_error(error_kind::failed, path + " cannot be found any more: " + failed.message());
    if (::stat(target.c_str(), &about) != 0) return trouble(path, "cannot be found any more");
    // A directory entry can be replaced where the file itself must not be written.
    if (::access(target.c_str(), W_OK) != 0) return trouble(path, "cannot be written");
    std::string temporary = target + ".XXXXXX";
    descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (file.number < 0) return trouble(path, "cannot be written");
    const auto give_up = [&](error why) {
        ::unlink(temporary.c_str());
        return why;
    };
    // Another owner's file keeps its owner where we may give it away; a mode is only right for the owner it was set
    // for.
    const bool ours = about.st_uid == ::geteuid() && about.st_gid == ::getegid();
    if (!ours && ::fchown(file.number, about.st_uid, about.st_gid) != 0)
        return give_up(trouble(path, "belongs to another user or group, which cannot be kept"));
    if (::fchmod(file.number, about.st_mode & 07777) != 0 || !write_all(file.number, after) ||
        ::fsync(file.number) != 0 || !file.close())
        return give_up(trouble(path, "cannot be written"));
    const auto now = read_whole_file(target);
    if (!now || *now != before)
        return give_up(make_error(error_kind::failed, path + " was changed by somebody else meanwhile"));
    if (::rename(temporary.c_str(), target.c_str()) != 0) return give_up(trouble(path, "cannot be replaced"));
    const descriptor directory{::open(fs::path(target).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory.number >= 0) ::fsync(directory.number);  // some file systems cannot; the exchange itself is done
    return {};
}

}  // namespace slipway::cli
