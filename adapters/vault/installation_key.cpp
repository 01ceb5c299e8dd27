#include "adapters/vault/installation_key.hpp"

#include "engine/base/hex.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace slipway::vault {

namespace {

constexpr std::size_t secret_size = 32;
constexpr std::size_t longest_file = 1024;
constexpr std::string_view given_up_text = "lost";

class file_descriptor {
public:
    explicit file_descriptor(int fd) : fd_(fd) {}
    ~file_descriptor() { close(); }
    file_descriptor(const file_descriptor&) = delete;
    file_descriptor& operator=(const file_descriptor&) = delete;
    int get() const { return fd_; }
    bool close() {
        const bool worked = fd_ < 0 || ::close(fd_) == 0;
        fd_ = -1;
        return worked;
    }

private:
    int fd_;
};

error storage_error(const char* what, const std::filesystem::path& file, int code) {
    return make_error(error_kind::storage,
                      std::string("cannot ") + what + " " + file.string() + ": " + std::strerror(code));
}

error configuration_error(const std::filesystem::path& file, const std::string& what) {
    return make_error(error_kind::configuration, file.string() + " " + what);
}

// Nothing where there is no such file.
result<std::optional<secret>> read_file(const std::filesystem::path& file) {
    const file_descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (in.get() < 0) {
        if (errno == ENOENT) return std::optional<secret>();
        return storage_error("open", file, errno);
    }
    struct stat about {};
    if (::fstat(in.get(), &about) != 0) return storage_error("read", file, errno);
    if (!S_ISREG(about.st_mode)) return configuration_error(file, "is not a file; move it away");
    if ((about.st_mode & 077) != 0) {
        char mode[8];
        std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(about.st_mode & 07777));
        return configuration_error(file, std::string("holds the operator's key and other users can reach it (mode ") +
                                             mode + "); if nobody has read it: chmod 600 '" + file.string() + "'");
    }
    std::string text(longest_file, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t n = ::read(in.get(), text.data() + size, text.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return storage_error("read", file, errno);
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    text.resize(size);
    return std::optional<secret>(secret(std::move(text)));
}

result<secret> parse_file(const std::filesystem::path& file, std::string_view text, const sealing* key) {
    if (text.starts_with("plain:")) {
        auto bytes = from_hex(text.substr(6));
        if (bytes && bytes->reveal().size() == secret_size) return std::move(*bytes);
    } else if (text.starts_with("sealed:")) {
        if (key == nullptr)
            return configuration_error(file,
                                       "is sealed: set CREDENTIAL_ENCRYPTION_KEY to the key of this installation");
        auto bytes = key->open(text.substr(7), installation_secret_purpose());
        if (!bytes) return configuration_error(file, "does not open: " + bytes.error().message);
        if (bytes->reveal().size() == secret_size) return std::move(*bytes);
    }
    return configuration_error(
        file,
        "is damaged; restore it from a backup, or, if no VM is being created, move it away: a new "
        "operator key is then made");
}

secret file_content(const secret& bytes) {
    std::string text;
    text.reserve(longest_file);
    const secret digits(hex(bytes.reveal()));
    text += "plain:";
    text += digits.reveal();
    text += '\n';
    return secret(std::move(text));
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void sync_folder(const std::filesystem::path& file) {
    const file_descriptor folder(::open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) ::fsync(folder.get());
}

// A new file beside `file` with this content, durable, mode 0600; the caller moves it into place.
result<std::filesystem::path> write_beside(const std::filesystem::path& file, const secret& content) {
    std::string pattern = file.string() + ".XXXXXX";
    file_descriptor out(::mkostemp(pattern.data(), O_CLOEXEC));
    if (out.get() < 0) return storage_error("create a file beside", file, errno);
    std::string_view rest = content.reveal();
    while (!rest.empty()) {
        const ssize_t n = ::write(out.get(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (!rest.empty() || ::fchmod(out.get(), 0600) != 0 || ::fsync(out.get()) != 0 || !out.close()) {
        const int code = errno;
        ::unlink(pattern.c_str());
        return storage_error("write", file, code);
    }
    return std::filesystem::path(pattern);
}

// Puts `made` at `file` unless something is there already; EEXIST then. Some file systems have no hard links.
int move_if_absent(const std::filesystem::path& made, const std::filesystem::path& file) {
    if (::link(made.c_str(), file.c_str()) == 0) return 0;
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
    return ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
}

}  // namespace

sealed_for installation_secret_purpose() {
    return {sealed_kind::installation_secret, installation_secret_name};
}

std::filesystem::path installation_key_path(const std::filesystem::path& database) {
    return std::filesystem::path(database.string() + ".operator");
}

result<installation_key> read_installation_key(const std::filesystem::path& file, const sealing* key) {
    auto found = read_file(file);
    if (!found) return found.error();
    installation_key out;
    if (!found->has_value()) return out;
    std::string_view text = (*found)->reveal();
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (text == given_up_text) {
        out.given_up = true;
        return out;
    }
    auto bytes = parse_file(file, text, key);
    if (!bytes) return bytes.error();
    out.bytes = *std::move(bytes);
    out.is_plain = text.starts_with("plain:");
    return out;
}

secret new_installation_key() {
    std::string fresh(secret_size, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(fresh.data()), static_cast<int>(fresh.size())) != 1)
        throw std::runtime_error("the system's random source does not answer");
    return secret(std::move(fresh));
}

result<void> make_installation_key(const std::filesystem::path& file, const secret& bytes) {
    const auto there = read_installation_key(file, nullptr);
    const bool replaces = there && there->given_up;
    const auto made = write_beside(file, file_content(bytes));
    if (!made) return made.error();
    int code = 0;
    if (replaces)
        code = ::rename(made->c_str(), file.c_str()) == 0 ? 0 : errno;
    else
        code = move_if_absent(*made, file);
    if (!replaces || code != 0) ::unlink(made->c_str());
    if (code != 0 && code != EEXIST) return storage_error("create", file, code);
    sync_folder(file);
    return {};
}

result<void> remove_installation_key(const std::filesystem::path& file) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) return storage_error("remove", file, errno);
    sync_folder(file);
    return {};
}

result<std::optional<secret>> installation_key_text(const std::filesystem::path& file) { return read_file(file); }

result<void> put_installation_key_text(const std::filesystem::path& file, const secret& text) {
    const auto made = write_beside(file, text);
    if (!made) return made.error();
    const int code = move_if_absent(*made, file);
    ::unlink(made->c_str());
    if (code != 0) return storage_error("create", file, code);
    sync_folder(file);
    return {};
}

}  // namespace slipway::vault
