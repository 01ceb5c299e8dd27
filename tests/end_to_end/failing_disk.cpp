// A disk that says no, for disk_test.py: loaded into a program with LD_PRELOAD, it makes the system calls that write to
// files below $FAILING_DISK fail with the error number that stands in the file $FAILING_DISK_SWITCH, for as long as
// that file is there. A real file system cannot be made read-only while a program has its files open for writing.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

// The error number that holds now for this open file; 0 for none.
int trouble_with(int file) {
    const char* disk = std::getenv("FAILING_DISK");
    const char* switch_file = std::getenv("FAILING_DISK_SWITCH");
    if (disk == nullptr || switch_file == nullptr) return 0;
    char text[4096];
    const auto link = "/proc/self/fd/" + std::to_string(file);
    const ssize_t size = ::readlink(link.c_str(), text, sizeof text);
    if (size < 0 || !std::string_view(text, static_cast<std::size_t>(size)).starts_with(disk)) return 0;
    const int is = ::open(switch_file, O_RDONLY | O_CLOEXEC);
    if (is < 0) return 0;
    const ssize_t read = ::read(is, text, sizeof text);
    ::close(is);
    int number = EIO;
    std::from_chars(text, text + (read > 0 ? read : 0), number);
    return number;
}

// As the system call does it, unless there is trouble.
template <class... Arguments>
long unless_trouble(long call, int file, Arguments... arguments) {
    const int before = errno;
    const int number = trouble_with(file);
    errno = number != 0 ? number : before;
    return number != 0 ? -1 : ::syscall(call, file, arguments...);
}

}  // namespace

extern "C" {

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    return unless_trouble(SYS_pwrite64, file, bytes, size, at);
}

int fdatasync(int file) {
    return static_cast<int>(unless_trouble(SYS_fdatasync, file));
}

int fsync(int file) {
    return static_cast<int>(unless_trouble(SYS_fsync, file));
}

int ftruncate64(int file, off64_t size) noexcept {
    return static_cast<int>(unless_trouble(SYS_ftruncate, file, size));
}
}
