#include "adapters/cli/dev/sibling_programs.hpp"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

// `built_in`: the folder of the build that has it, as this program's own is adapters/cli.
result<std::string> sibling(const fs::path& own, std::string_view name, std::string_view built_in, std::string_view package) {
    const fs::path beside = own.parent_path() / name;
    const fs::path built = own.parent_path().parent_path().parent_path() / built_in / name;
    for (const fs::path& place : {beside, built})
        if (::access(place.c_str(), X_OK) == 0 && fs::is_regular_file(place)) return place.string();
    return make_error(error_kind::not_found, std::string(name) + " is not in " + own.parent_path().string() +
                                                 ": install the package " + std::string(package));
}

}  // namespace

result<sibling_programs> find_siblings() {
    std::error_code unknown;
    const fs::path own = fs::read_symlink("/proc/self/exe", unknown);
    if (unknown) return make_error(error_kind::failed, "/proc/self/exe cannot be read: " + unknown.message());
    auto log = sibling(own, "slipway-log", "tools/slipway-log", "slipway");
    if (!log) return log.error();
    auto daemon = sibling(own, "slipwayd", "adapters/daemon", "slipwayd");
    if (!daemon) return daemon.error();
    auto sim = sibling(own, "hetzner-sim", "tools/hetzner-sim", "hetzner-sim");
    if (!sim) return sim.error();
    if (::access("/usr/sbin/sshd", X_OK) != 0)
        return make_error(error_kind::not_found, "the simulated servers need /usr/sbin/sshd: install the package openssh-server");
    return sibling_programs{own.string(), *std::move(log), *std::move(daemon), *std::move(sim)};
}

}  // namespace slipway::cli
