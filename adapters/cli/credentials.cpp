#include "adapters/cli/credentials.hpp"

#include "adapters/hetzner/private_file.hpp"
#include "engine/ports/projects.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace slipway::cli {

namespace {

constexpr std::size_t longest_token = 4096;

error unusable(const std::string& path, const std::string& why) {
    return make_error(error_kind::configuration, path + " " + why);
}

struct token_file {
    int number = -1;
    ~token_file() {
        if (number >= 0) ::close(number);
    }
};

}  // namespace

std::string config_directory(const composition::environment& environment) {
    if (const auto config = environment.text("XDG_CONFIG_HOME")) return *config + "/slipway";
    if (const auto home = environment.text("HOME")) return *home + "/.config/slipway";
    return {};
}

std::string credentials_file(const composition::environment& environment) {
    const std::string directory = config_directory(environment);
    return directory.empty() ? directory : directory + "/hetzner_credentials";
}

result<std::optional<secret>> saved_token(const composition::environment& environment) {
    const std::string path = credentials_file(environment);
    if (path.empty()) return std::optional<secret>();
    const token_file file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<secret>();
        return unusable(path, std::string("cannot be read: ") + std::strerror(errno));
    }
    struct stat about {};
    if (::fstat(file.number, &about) != 0 || !S_ISREG(about.st_mode)) return unusable(path, "is no plain file");
    if (about.st_uid != ::geteuid()) return unusable(path, "belongs to another user: the token in it is not used");
    if ((about.st_mode & 077) != 0)
        return unusable(path,
                        "can be read by others, so the token in it is not used: make a new token, or close it with: "
                        "chmod 600 " +
                            path);
    std::array<char, longest_token + 1> bytes{};
    const ssize_t size = ::read(file.number, bytes.data(), bytes.size());
    std::string text(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    ::explicit_bzero(bytes.data(), bytes.size());
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    secret token(std::move(text));
    if (!looks_like_a_token(token.reveal()))
        return unusable(path, "holds no token; save one with: slipway auth set");
    return std::optional<secret>(std::move(token));
}

result<void> save_token(const composition::environment& environment, const secret& token) {
    const std::string path = credentials_file(environment);
    if (path.empty()) return make_error(error_kind::configuration, "HOME is not set: there is no place for the token");
    std::string text(token.reveal());
    text += '\n';
    const bool written = hetzner::write_private_file(path, text);
    const int why = errno;
    wipe(text);
    if (!written)
        return make_error(error_kind::failed, path + " cannot be written: " + std::strerror(why) + "; the token was not saved");
    return {};
}

result<bool> clear_token(const composition::environment& environment) {
    const std::string path = credentials_file(environment);
    if (path.empty() || ::access(path.c_str(), F_OK) != 0) return false;
    if (::unlink(path.c_str()) == 0) return true;
    return make_error(error_kind::failed, path + " cannot be deleted: " + std::strerror(errno));
}

}  // namespace slipway::cli
