#include "adapters/hetzner/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace slipway::hetzner {

namespace {

constexpr off_t size_max = 32 << 20;

class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

}  // namespace

std::optional<std::string> read_private_file(const std::string& path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat about {};
    if (file.number() < 0 || ::fstat(file.number(), &about) != 0) return std::nullopt;
    if (!S_ISREG(about.st_mode) || about.st_uid != ::geteuid() || about.st_size > size_max) return std::nullopt;
    std::string out(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t have = 0;
    while (have < out.size()) {
        const auto got = ::read(file.number(), out.data() + have, out.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        have += static_cast<std::size_t>(got);
    }
    return out;
}

bool write_private_file(const std::string& path, std::string_view text) {
    std::error_code failed;
    const auto directory = std::filesystem::path(path).parent_path();
    if (std::filesystem::create_directories(directory, failed))
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);

    std::string temporary = path + ".XXXXXX";
    const descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (file.number() < 0) {
        if (failed) errno = failed.value();  // it says more than that the directory is not there
        return false;
    }
    while (!text.empty()) {
        const auto put = ::write(file.number(), text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) break;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    if (text.empty() && ::rename(temporary.c_str(), path.c_str()) == 0) return true;
    const int why = errno;
    ::unlink(temporary.c_str());
    errno = why;
    return false;
}

}  // namespace slipway::hetzner
