#include "adapters/composition/settings_file.hpp"

#include "adapters/composition/dotenv.hpp"
#include "adapters/composition/setting_table.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace slipway::composition {

namespace {

constexpr const char* working_directory_file = ".env";
constexpr std::size_t largest_file = 1 << 20;

error unusable_file(const std::string& file, const std::string& why) {
    return make_error(error_kind::configuration, file + why);
}

error unusable_line(const std::string& file, const dotenv_entry& entry, const std::string& why) {
    return unusable_file(file, ", line " + std::to_string(entry.line) + ": " + why);
}

class open_file {
public:
    explicit open_file(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~open_file() {
        if (number_ >= 0) ::close(number_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    bool is_open() const { return number_ >= 0; }
    struct stat about() const {
        struct stat out {};
        (void)::fstat(number_, &out);
        return out;
    }
    // None where it cannot be read, or is larger than settings are.
    std::optional<std::string> text() const {
        std::string out;
        std::array<char, 8192> part{};
        for (;;) {
            const ssize_t size = ::read(number_, part.data(), part.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0 || out.size() > largest_file) return {};
            if (size == 0) return out;
            out.append(part.data(), static_cast<std::size_t>(size));
        }
    }

private:
    int number_;
};

// Whoever can write it can have tokens sent elsewhere.
std::optional<error> not_its_owners_alone(const std::string& path, const struct stat& about) {
    if (about.st_uid != ::geteuid() && about.st_uid != 0)
        return unusable_file(path, " belongs to another user: nothing in it is used. Copy it, and name the copy");
    if (S_ISREG(about.st_mode) && (about.st_mode & 022) != 0)
        return unusable_file(path, " can be written by others: nothing in it is used. Read it through, then: chmod go-w " + path);
    return {};
}

}  // namespace

result<std::optional<setting_lines>> read_own_file(const std::string& path) {
    const open_file file(path);
    if (!file.is_open()) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<setting_lines>();
        return unusable_file(path, std::string(" cannot be read: ") + std::strerror(errno));
    }
    if (auto refused = not_its_owners_alone(path, file.about())) return *std::move(refused);
    const auto text = file.text();
    if (!text) return unusable_file(path, " cannot be read: it is no file of settings");
    setting_lines out;
    for (dotenv_entry& entry : read_dotenv(*text)) {
        if (!entry.wrong.empty()) return unusable_line(path, entry, entry.wrong);
        if (rule_of(entry.name) && entry.value.find('\n') != std::string::npos)
            return unusable_line(path, entry, entry.name + " has a value of several lines");
        out[entry.name] = std::move(entry.value);
    }
    return std::optional<setting_lines>(std::move(out));
}

result<setting_lines> read_working_directory() {
    const std::string path = working_directory_file;
    const open_file file(path);
    if (!file.is_open() || S_ISDIR(file.about().st_mode)) return setting_lines();
    const auto text = file.text();
    if (!text) return unusable_file(path, " in the working directory cannot be read: it is no file of settings");
    setting_lines out;
    for (dotenv_entry& entry : read_dotenv(*text)) {
        const auto rule = rule_of(entry.name);
        if (!rule || *rule == in_working_directory::passed_over) continue;
        if (!entry.wrong.empty()) return unusable_line(path, entry, entry.name + ": " + entry.wrong);
        if (entry.value.find('\n') != std::string::npos)
            return unusable_line(path, entry, entry.name + " has a value of several lines");
        if (*rule == in_working_directory::refused && !entry.value.empty())
            return unusable_line(path, entry,
                              entry.name + " is not taken from a file of the working directory, which may have come from "
                                           "somebody else. If it is yours, name it: --config FILE");
        out[entry.name] = std::move(entry.value);
    }
    return out;
}

}  // namespace slipway::composition
