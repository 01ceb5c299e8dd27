// slipway: the command line.
#include "adapters/cli/arguments.hpp"
#include "adapters/cli/own_token.hpp"
#include "adapters/cli/credentials.hpp"
#include "adapters/composition/log_format.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace slipway;
using namespace slipway::cli;

// A kept token that cannot be used stops only who needs one. The exit code, where it ends here.
std::optional<int> token_for(const verb& chosen, invocation& in) {
    if (chosen.token() == token_need::asked) return provide_token(in);
    if (chosen.token() == token_need::none || in.api || in.settings.token) return {};
    auto saved = saved_token(in.environment);
    if (!saved) return complain(in.out, saved.error());
    in.settings.token = *std::move(saved);
    return {};
}

// A daemon where one is named; a database that is named by --db is this process's own.
result<std::optional<api_target>> daemon_of(const global_options& typed, const composition::environment& environment) {
    auto address = typed.api;
    if (!address && !typed.database_url) address = environment.text("SLIPWAY_API");
    if (!address) return std::optional<api_target>();
    auto target = parse_api_target(*address);
    if (target) return std::optional<api_target>(*std::move(target));
    if (typed.api) return target.error();
    return make_error(error_kind::configuration, "SLIPWAY_API: " + target.error().message);
}

// Where a daemon does the work, its settings count and not those of this machine.
result<composition::configuration> settings_of(const global_options& typed, const composition::environment& environment,
                                               bool remote) {
    if (!remote) return composition::configure(environment, typed.database_url);
    composition::configuration out;
    out.ca_file = environment.text("SLIPWAY_CA_FILE").value_or("");
    if (auto ssh = composition::configure_ssh(environment, out); !ssh) return ssh.error();
    return out;
}

result<composition::environment> load_environment(const global_options& typed) {
    auto environment = composition::environment::load(typed.config);
    if (!environment) return environment.error();
    if (const std::string directory = config_directory(*environment); !directory.empty())
        if (auto read = environment->add(directory + "/config"); !read) return read.error();
    return environment;
}

// stdout belongs to results: the log of what the program does goes to stderr, and by default says only what is wrong.
void set_up_logging(const composition::environment& environment) {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("slipway"));
    spdlog::set_formatter(composition::format_for_people("%+"));
    spdlog::set_level(spdlog::level::from_str(environment.text("SLIPWAY_LOG_LEVEL").value_or("err")));
}

int run(verb& chosen, const global_options& typed, terminal& out) {
    composition::environment environment(std::map<std::string, std::string>{});
    composition::configuration settings;
    invocation in{typed, settings, environment, out};
    if (chosen.before() == groundwork::nothing) return chosen.run(in);

    auto loaded = load_environment(typed);
    if (!loaded) return complain(out, loaded.error());
    environment = *std::move(loaded);
    set_up_logging(environment);
    if (chosen.before() == groundwork::environment) return chosen.run(in);

    auto api = daemon_of(typed, environment);
    if (!api) return complain(out, api.error());
    if (chosen.before() == groundwork::service) in.api = *std::move(api);
    auto configured = settings_of(typed, environment, in.api.has_value());
    if (!configured) return complain(out, configured.error());
    settings = *std::move(configured);
    if (const auto ended = token_for(chosen, in)) return *ended;
    return chosen.run(in);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const auto parsed = parse_arguments(argc, argv);
        if (const int* code = std::get_if<int>(&parsed)) return *code;
        const auto& typed = std::get<command_line>(parsed);
        terminal out(typed.options.quiet);
        const int code = run(*typed.chosen, typed.options, out);
        return out.delivered(code);
    } catch (const std::exception& e) {
        terminal(false).complain(std::string("this is a bug: ") + e.what());
        return exit_failed;
    }
}
