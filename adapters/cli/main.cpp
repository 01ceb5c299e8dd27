// slipway: the command line.
#include "adapters/cli/verbs.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>

namespace {

using namespace slipway;
using namespace slipway::cli;

struct dispatch {
    invocation& in;
    int operator()(const create_arguments& a) const { return server_create(in, a); }
    int operator()(const list_arguments& a) const { return server_list(in, a); }
    int operator()(const show_arguments& a) const { return server_show(in, a); }
    int operator()(const delete_arguments& a) const { return server_delete(in, a); }
    int operator()(const resume_arguments&) const { return server_resume(in); }
};

// stdout belongs to results: the log of what the program does goes to stderr, and by default says only what is wrong.
void set_up_logging(const daemon::environment& environment) {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("slipway"));
    spdlog::set_level(spdlog::level::from_str(environment.text("SLIPWAY_LOG_LEVEL").value_or("err")));
}

int run(int argc, char** argv) {
    const auto parsed = parse_arguments(argc, argv);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    const auto& typed = std::get<arguments>(parsed);
    terminal out(typed.quiet);
    auto environment = daemon::environment::load({});
    if (!environment) return complain(out, environment.error());
    set_up_logging(*environment);
    auto settings = daemon::configure(*environment, typed.database_url);
    if (!settings) return complain(out, settings.error());
    invocation in{typed, *settings, *environment, out};
    return std::visit(dispatch{in}, typed.verb);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        terminal(false).complain(std::string("this is a bug: ") + e.what());
        return exit_failed;
    }
}
