#include "adapters/cli/file_text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace slipway::cli {

namespace {

error unreadable(const std::string& name, int why) {
    return make_error(error_kind::usage, name + (why == EISDIR ? " is a directory" : std::string(" cannot be read: ") + std::strerror(why)));
}

}  // namespace

result<std::string> read_text(const std::string& path, std::size_t most) {
    const bool standard = path == "-";
    const std::string name = standard ? "standard input" : path;
    const int file = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return unreadable(name, errno);
    std::string text;
    std::array<char, 16 * 1024> part;
    int problem = 0;
    while (text.size() <= most) {
        const ssize_t got = ::read(file, part.data(), std::min(part.size(), most + 1 - text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) problem = errno;
        if (got <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    if (!standard) ::close(file);
    if (problem != 0) return unreadable(name, problem);
    return text;
}

}  // namespace slipway::cli
