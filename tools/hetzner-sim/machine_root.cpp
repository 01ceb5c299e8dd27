#include "tools/hetzner-sim/machine_root.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace slipway::sim {

namespace fs = std::filesystem;

namespace {

std::string failed(const std::string& what) {
    return what + ": " + std::strerror(errno);
}

// Mounts made from here on stay here. In a chroot the root directory is no mount point and cannot be made private, so
// step out to the namespace's own root (joining one's own namespace does that), make all private, and step back in.
std::string make_mounts_private() {
    const int root = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int mounts = ::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (root < 0 || mounts < 0) return failed("/proc/self/ns/mnt");
    if (::setns(mounts, CLONE_NEWNS) != 0) return failed("setns");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("making mounts private");
    if (::fchdir(root) != 0 || ::chroot(".") != 0) return failed("chroot");
    ::close(root);
    ::close(mounts);
    return "";
}

std::string mount_overlay(const std::string& name, const fs::path& base, const fs::path& target) {
    const fs::path upper = base / "upper" / name, work = base / "work" / name;
    fs::create_directories(upper);
    fs::create_directories(work);
    fs::permissions(upper, static_cast<fs::perms>(0755));
    // Volatile: unmounting does not write everything to the disk first, which takes seconds on a busy one. The mark
    // that it leaves behind is for systems that crashed; ours may go on with what is there.
    std::error_code ec;
    fs::remove_all(work / "work" / "incompat", ec);
    const std::string options =
        "volatile,lowerdir=/" + name + ",upperdir=" + upper.string() + ",workdir=" + work.string();
    if (::mount("overlay", target.c_str(), "overlay", 0, options.c_str()) != 0) return failed("overlay on /" + name);
    return "";
}

// An overlay whose upper layer is in the machine's directory; where that lies below the very directory, or on a file
// system that cannot carry one, in memory (it is then lost when the server is powered off).
std::string overlay_or_memory(const std::string& name, const machine_plan& plan, const fs::path& target) {
    const std::string first = mount_overlay(name, plan.directory, target);
    if (first.empty()) return "";
    const fs::path memory = plan.directory / "memory";
    fs::create_directories(memory);
    struct stat here {
    }, above{};
    if (::stat(memory.c_str(), &here) == 0 && ::stat(plan.directory.c_str(), &above) == 0 &&
        here.st_dev == above.st_dev && ::mount("tmpfs", memory.c_str(), "tmpfs", 0, "mode=0755") != 0)
        return first + "; " + failed("tmpfs");
    return mount_overlay(name, memory, target);
}

std::string bind(const fs::path& from, const fs::path& to, bool read_only) {
    if (::mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
        return failed("bind " + from.string());
    if (!read_only) return "";
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    if (::mount_setattr(AT_FDCWD, to.c_str(), AT_RECURSIVE, &attributes, sizeof attributes) != 0)
        return failed("read-only " + from.string());
    return "";
}

// What unprivileged users cannot overlay is copied: what of it they can read.
void copy_tree(const fs::path& from, const fs::path& to) {
    std::error_code ec;
    fs::create_directories(to, ec);
    for (const auto& entry : fs::directory_iterator(from, fs::directory_options::skip_permission_denied, ec)) {
        const auto target = to / entry.path().filename();
        if (entry.is_symlink(ec))
            fs::copy_symlink(entry.path(), target, ec);
        else if (entry.is_directory(ec))
            copy_tree(entry.path(), target);
        else if (entry.is_regular_file(ec))
            fs::copy_file(entry.path(), target, ec);
    }
}

std::string mount_system(const machine_plan& plan, const fs::path& root) {
    for (const char* name : {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "var"}) {
        const fs::path source = fs::path("/") / name, target = root / name;
        std::error_code ec;
        if (fs::is_symlink(source, ec)) {  // /bin → usr/bin
            if (!fs::is_symlink(target, ec)) fs::copy_symlink(source, target);
            continue;
        }
        if (!fs::is_directory(source, ec)) continue;
        const bool fresh = !fs::exists(target, ec);
        fs::create_directories(target);
        std::string problem;
        if (plan.kind == isolation::full) {
            problem = overlay_or_memory(name, plan, target);
        } else if (std::string_view(name) == "etc") {
            if (fresh) copy_tree(source, target);
        } else if (std::string_view(name) == "var") {
            for (const char* part : {"lib", "log", "tmp", "cache"}) fs::create_directories(target / part);
        } else {
            problem = bind(source, target, true);
        }
        if (!problem.empty()) return problem;
    }
    return "";
}

std::string mount_devices(const fs::path& root, isolation kind) {
    const fs::path dev = root / "dev";
    fs::create_directories(dev);
    // Plain directories where memory file systems would do as well: each mounted one makes a machine die more slowly.
    for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
        if (!fs::exists(dev / name)) std::ofstream(dev / name).flush();
        if (const auto problem = bind(fs::path("/dev") / name, dev / name, false); !problem.empty()) return problem;
    }
    fs::create_directories(dev / "pts");
    fs::create_directories(dev / "shm");
    fs::permissions(dev / "shm", static_cast<fs::perms>(01777));
    const char* options =
        kind == isolation::full ? "newinstance,ptmxmode=0666,mode=0620,gid=5" : "newinstance,ptmxmode=0666";
    if (::mount("devpts", (dev / "pts").c_str(), "devpts", 0, options) != 0) return failed("/dev/pts");
    const std::pair<const char*, const char*> links[] = {{"ptmx", "pts/ptmx"},
                                                         {"fd", "/proc/self/fd"},
                                                         {"stdin", "/proc/self/fd/0"},
                                                         {"stdout", "/proc/self/fd/1"},
                                                         {"stderr", "/proc/self/fd/2"}};
    for (const auto& [name, target] : links)
        if (!fs::is_symlink(dev / name)) fs::create_symlink(target, dev / name);
    return "";
}

std::string mount_kernel(const fs::path& root) {
    for (const char* name : {"proc", "sys", "run"}) fs::create_directories(root / name);
    // A container may hide parts of /proc and then forbids a new one; the old one serves nearly as well.
    if (::mount("proc", (root / "proc").c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
        if (const auto problem = bind("/proc", root / "proc", false); !problem.empty()) return problem;
    if (const auto problem = bind("/sys", root / "sys", true); !problem.empty()) return problem;
    for (const auto& entry : fs::directory_iterator(root / "run")) fs::remove_all(entry.path());
    fs::create_directories(root / "run" / "sshd");
    fs::create_directories(root / "run" / "lock");
    return "";
}

}  // namespace

std::string enter_new_root(const machine_plan& plan) {
    if (auto problem = make_mounts_private(); !problem.empty()) return problem;
    const fs::path root = plan.directory / "rootfs";
    fs::create_directories(root);
    fs::permissions(root, static_cast<fs::perms>(0755));
    for (const char* own : {"root", "home", "opt", "srv", "mnt", "media", "tmp"}) fs::create_directories(root / own);
    fs::permissions(root / "root", static_cast<fs::perms>(0700));
    fs::permissions(root / "tmp", static_cast<fs::perms>(01777));
    if (auto problem = mount_system(plan, root); !problem.empty()) return problem;
    if (auto problem = mount_devices(root, plan.kind); !problem.empty()) return problem;
    if (auto problem = mount_kernel(root); !problem.empty()) return problem;
    if (::chdir(root.c_str()) != 0 || ::chroot(".") != 0 || ::chdir("/") != 0) return failed("chroot");
    if (::sethostname(plan.name.data(), std::min<std::size_t>(plan.name.size(), 63)) != 0) return failed("sethostname");
    return "";
}

std::string write_files(const machine_plan& plan, const fs::path& root) {
    // The machine's own host keys must not shine through from the one below.
    std::error_code ec;
    const fs::path ssh = root / "etc/ssh";
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(ssh, ec))
        if (entry.path().filename().string().rfind("ssh_host_", 0) == 0) old.push_back(entry.path());
    for (const auto& path : old) fs::remove(path, ec);

    for (const auto& file : plan.files) {
        const fs::path path = root / fs::path(file.path).relative_path();
        fs::create_directories(path.parent_path(), ec);
        if (path.parent_path().filename() == ".ssh")
            fs::permissions(path.parent_path(), static_cast<fs::perms>(0700), ec);
        fs::remove(path, ec);
        std::ofstream out(path, std::ios::binary);
        out << file.content;
        out.close();
        if (!out) return "cannot write " + path.string();
        fs::permissions(path, static_cast<fs::perms>(file.mode), ec);
    }
    return "";
}

void drop_capabilities() {
    for (const int capability : {CAP_SYS_ADMIN, CAP_SYS_BOOT, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_TIME, CAP_SYSLOG,
                                 CAP_NET_ADMIN, CAP_MKNOD, CAP_MAC_ADMIN, CAP_MAC_OVERRIDE, CAP_LINUX_IMMUTABLE})
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

}  // namespace slipway::sim
