// slipwayd: the daemon. Runs in the foreground and logs to stderr; the unit file is slipwayd.service.
#include "adapters/daemon/logging.hpp"
#include "adapters/composition/freed_memory.hpp"
#include "adapters/composition/settings_report.hpp"
#include "adapters/daemon/serve.hpp"
#include "engine/base/terminal_text.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <errno.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace slipway;
using namespace slipway::composition;
using namespace slipway::daemon;

constexpr int exit_unreachable = 5;
constexpr int exit_configuration = 78;  // EX_CONFIG: systemd need not try again (RestartPreventExitStatus)

using settings = std::pair<configuration, service_settings>;

result<settings> read(const std::optional<std::string>& file) {
    auto environment = environment::load(file);
    if (!environment) return environment.error();
    auto c = configure(*environment, {});
    if (!c) return c.error();
    auto s = configure_service(*environment, *c);
    if (!s) return s.error();
    return settings(*std::move(c), *std::move(s));
}

// Each VM that is being made is a connection or two.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

int refuse(const error& why) {
    spdlog::critical("{}", why.message);
    const bool by_settings = why.kind == error_kind::configuration || why.kind == error_kind::usage;
    if (by_settings) return exit_configuration;
    return why.kind == error_kind::unreachable ? exit_unreachable : 1;
}

void warn_of(const service_settings& s) {
    if (!s.provisioning) spdlog::warn("{}", provisioning_unset_warning);
    if (const auto warning = plain_http_warning(s)) spdlog::warn("{}", *warning);
}

// 0, or 78 with all that is wrong.
int check(const environment& from) {
    std::vector<std::string> variables;
    for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one, std::strcspn(*one, "="));
    for (const std::string& sentence : unknown_settings(variables)) spdlog::warn("{}", sentence);
    std::string text;
    for (const reported_setting& one : report_settings(from))
        text += fmt::format("{:<40} {:<28} {}\n", one.name, one.origin, one.value);
    const auto wrong = wrong_settings(from);
    text += wrong.empty() ? "the configuration is valid\n" : "the configuration is wrong\n";
    const bool written = std::fputs(without_controls(text).c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    const std::string why = std::strerror(errno);
    for (const std::string& sentence : wrong) spdlog::critical("{}", sentence);
    if (!written) spdlog::critical("stdout cannot be written: {}", why);
    if (!wrong.empty()) return exit_configuration;
    return written ? 0 : 1;
}

int run(int argc, char** argv) {
    CLI::App app("The daemon of slipway: provisions Hetzner Cloud VMs for the HTTP API.\n"
                 "Settings come from the environment; README.md lists them.", "slipwayd");
    std::string file;
    bool check_only = false;
    app.add_option("--config", file, "Read KEY=value lines from FILE for what the environment leaves unset")
        ->type_name("FILE");
    app.add_flag("--check-config", check_only, "Say where each setting comes from and what is wrong, and exit: 0, or 78");
    app.set_version_flag("--version", std::string("slipwayd ") + SLIPWAY_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    const auto named = file.empty() ? std::nullopt : std::optional<std::string>(file);
    auto environment = environment::load(named);
    const slipway::composition::environment defaults(std::map<std::string, std::string>{});
    set_up_daemon_logging(environment ? *environment : defaults);
    if (check_only && environment) {
        if (const auto now = read(named)) warn_of(now->second);
        return check(*environment);
    }
    auto now = read(named);
    if (!now) return refuse(now.error());
    warn_of(now->second);
    raise_descriptor_limit();
    keep_freed_memory();
    ::umask(0077);
    const service_manager systemd;
    const auto ended =
        serve(std::move(now->first), std::move(now->second), systemd, [named] { return read(named); });
    if (!ended) return refuse(ended.error());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        spdlog::critical("this is a bug: {}", e.what());
        return 1;
    }
}
