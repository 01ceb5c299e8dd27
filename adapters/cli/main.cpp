// slipway: the command line.
#include "adapters/cli/auth_verbs.hpp"
#include "adapters/cli/credentials.hpp"
#include "adapters/cli/verbs.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>

namespace {

using namespace slipway;
using namespace slipway::cli;

bool needs_token(const verb_arguments& verb) {
    return std::holds_alternative<catalog_arguments>(verb) || std::holds_alternative<audit_arguments>(verb);
}

struct dispatch {
    invocation& in;
    int operator()(const create_arguments& a) const { return create_flow(in, a); }
    int operator()(const list_arguments& a) const { return in.api ? remote_list(in, a) : server_list(in, a); }
    int operator()(const show_arguments& a) const { return in.api ? remote_show(in, a) : server_show(in, a); }
    int operator()(const delete_arguments& a) const { return in.api ? remote_delete(in, a) : server_delete(in, a); }
    int operator()(const resume_arguments&) const { return server_resume(in); }
    int operator()(const ssh_arguments& a) const { return server_ssh(in, a); }
    int operator()(const auth_set_arguments& a) const { return auth_set(in, a); }
    int operator()(const auth_status_arguments&) const { return auth_status(in); }
    int operator()(const auth_clear_arguments&) const { return auth_clear(in); }
    int operator()(const contract_accept_arguments& a) const { return contract_accept(in, a); }
    int operator()(const contract_list_arguments& a) const { return contract_list(in, a); }
    int operator()(const contract_show_arguments& a) const { return contract_show(in, a); }
    int operator()(const contract_end_arguments& a) const { return contract_end(in, a); }
    int operator()(const provider_set_arguments& a) const { return provider_set(in, a); }
    int operator()(const provider_show_arguments& a) const { return provider_show(in, a); }
    int operator()(const offering_define_arguments& a) const { return offering_define(in, a); }
    int operator()(const offering_list_arguments& a) const { return offering_list(in, a); }
    int operator()(const offering_show_arguments& a) const { return offering_show(in, a); }
    int operator()(const catalog_arguments& a) const { return catalog(in, a); }
    int operator()(const audit_arguments& a) const { return audit(in, a); }
    int operator()(const rotate_arguments& a) const { return secrets_rotate(in, a); }
    int operator()(const doctor_arguments&) const { return doctor(in.typed, in.environment, in.out); }
};

// server create asks for what it needs itself, and the verbs of auth are about nothing else. A kept token that cannot be
// used stops only who needs one: those who look at the database do not.
std::optional<int> token_for(invocation& in) {
    const auto& verb = in.typed.verb;
    if (std::holds_alternative<delete_arguments>(verb) || std::holds_alternative<resume_arguments>(verb))
        return provide_token(in);
    if (in.api || in.settings.token || !needs_token(verb)) return {};
    auto saved = saved_token(in.environment);
    if (!saved) return complain(in.out, saved.error());
    in.settings.token = *std::move(saved);
    return {};
}

// The verbs of auth: the token is this machine's, whatever daemon is named.
bool about_own_token(const verb_arguments& verb) {
    return std::holds_alternative<auth_set_arguments>(verb) || std::holds_alternative<auth_status_arguments>(verb) ||
           std::holds_alternative<auth_clear_arguments>(verb);
}

// A daemon where one is named; a database that is named by --db is this process's own.
result<std::optional<api_target>> daemon_of(const arguments& typed, const composition::environment& environment) {
    auto address = typed.api;
    if (!address && !typed.database_url) address = environment.text("SLIPWAY_API");
    if (!address) return std::optional<api_target>();
    auto target = parse_api_target(*address);
    if (target) return std::optional<api_target>(*std::move(target));
    if (typed.api) return target.error();
    return make_error(error_kind::configuration, "SLIPWAY_API: " + target.error().message);
}

// Where a daemon does the work, its settings count and not those of this machine.
result<composition::configuration> settings_of(const arguments& typed, const composition::environment& environment, bool remote) {
    if (!remote) return composition::configure(environment, typed.database_url);
    composition::configuration out;
    out.ca_file = environment.text("SLIPWAY_CA_FILE").value_or("");
    return out;
}

// stdout belongs to results: the log of what the program does goes to stderr, and by default says only what is wrong.
void set_up_logging(const composition::environment& environment) {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("slipway"));
    spdlog::set_level(spdlog::level::from_str(environment.text("SLIPWAY_LOG_LEVEL").value_or("err")));
}

int run(int argc, char** argv) {
    const auto parsed = parse_arguments(argc, argv);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    const auto& typed = std::get<arguments>(parsed);
    terminal out(typed.quiet);
    auto environment = composition::environment::load({});
    if (!environment) return complain(out, environment.error());
    if (const std::string directory = config_directory(*environment); !directory.empty())
        if (auto read = environment->add(directory + "/config"); !read) return complain(out, read.error());
    set_up_logging(*environment);
    if (std::holds_alternative<doctor_arguments>(typed.verb)) return doctor(typed, *environment, out);
    auto api = daemon_of(typed, *environment);
    if (!api) return complain(out, api.error());
    if (about_own_token(typed.verb)) api->reset();
    auto settings = settings_of(typed, *environment, api->has_value());
    if (!settings) return complain(out, settings.error());
    invocation in{typed, *settings, *environment, out, *std::move(api)};
    if (const auto ended = token_for(in)) return *ended;
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
