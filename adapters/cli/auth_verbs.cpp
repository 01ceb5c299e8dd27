// slipway auth set, status, clear; and the same questions where server create finds no token.
#include "adapters/cli/auth_verbs.hpp"

#include "adapters/cli/credentials.hpp"
#include "adapters/cli/doctor.hpp"
#include "adapters/cli/market_view.hpp"
#include "adapters/cli/token_input.hpp"
#include "adapters/hetzner/project_directory.hpp"
#include "engine/runtime/system.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr const char* how_to_make_one =
    "slipway needs a token for your project at Hetzner:\n"
    "  1. open https://console.hetzner.cloud and choose the project\n"
    "  2. Security, API tokens, Generate API token, with read and write permission\n"
    "  3. paste it here; nothing is shown while you do";

constexpr int attempts = 3;

timestamp wall_clock() {
    return system_clock().now();
}

// The smallest request with it. An error of kind refused where Hetzner does not take it.
result<void> try_out(const invocation& in, const secret& token) {
    if (!hetzner::looks_like_a_token(token.reveal()))
        return make_error(error_kind::refused,
                          "that is no token: it holds a blank or another character that no token has");
    hetzner_asked about;
    about.endpoint = in.settings.endpoint;
    about.ca_file = in.settings.ca_file;
    about.token = &token;
    boost::asio::io_context loop(1);
    std::vector<checked> found;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop, check_hetzner(about, wall_clock), [&](std::exception_ptr e, std::vector<checked> all) {
        problem = e;
        found = std::move(all);
    });
    loop.run();
    if (problem) std::rethrow_exception(problem);
    for (const checked& one : found) {
        if (one.how == verdict::ok || one.what == "clock") continue;
        return make_error(one.what == "token" ? error_kind::refused : error_kind::unreachable, one.detail);
    }
    return {};
}

// Tried out and kept; it is in the settings then, too.
result<void> take(invocation& in, secret token) {
    if (auto good = try_out(in, token); !good) return good.error();
    if (auto saved = save_token(in.environment, token); !saved) return saved.error();
    in.out.note("the token works; it is kept in " + credentials_file(in.environment));
    in.settings.token = std::move(token);
    return {};
}

int ask_and_take(invocation& in) {
    in.out.say(how_to_make_one);
    for (int attempt = 1;; ++attempt) {
        auto typed = ask_for_secret("Hetzner token: ");
        if (!typed) return complain(in.out, typed.error());
        auto taken = take(in, *std::move(typed));
        if (taken) return exit_done;
        const int code = complain(in.out, taken.error());
        if (taken.error().kind != error_kind::refused || attempt == attempts) return code;
    }
}

// The variable that the token of the environment came from.
std::string variable_with_token(const composition::environment& environment) {
    for (const char* name : {"HCLOUD_TOKEN", "HETZNER_API_TOKEN"})
        if (auto token = environment.secret(name); token && *token) return name;
    return {};
}

}  // namespace

std::optional<int> provide_token(invocation& in) {
    if (in.api || in.settings.token) return {};
    auto saved = saved_token(in.environment);
    if (!saved) return complain(in.out, saved.error());
    in.settings.token = *std::move(saved);
    if (in.settings.token || !in.out.asks()) return {};
    const int code = ask_and_take(in);
    if (code != exit_done) return code;
    return {};
}

int auth_set(invocation& in, const auth_set_arguments& args) {
    if (!args.token_stdin && in.out.asks()) return ask_and_take(in);
    auto given = args.token_stdin ? read_secret_from_stdin() : ask_for_secret("");
    if (!given) return complain(in.out, given.error());
    if (auto taken = take(in, *std::move(given)); !taken) return complain(in.out, taken.error());
    return exit_done;
}

int auth_status(invocation& in) {
    std::string source = variable_with_token(in.environment);
    std::optional<secret> token = std::move(in.settings.token);
    if (!token) {
        auto saved = saved_token(in.environment);
        if (!saved) return complain(in.out, saved.error());
        token = *std::move(saved);
        source = credentials_file(in.environment);
    }
    if (!token)
        return complain(in.out,
                        make_error(error_kind::configuration,
                                   "there is no Hetzner token: keep one with slipway auth set, or set HCLOUD_TOKEN"));
    const auto good = try_out(in, *token);
    if (in.typed.json) {
        nlohmann::ordered_json document = nlohmann::ordered_json::object();
        document["source"] = source;
        document["works"] = static_cast<bool>(good);
        in.out.result(document_text(document));
    } else {
        in.out.result("token from " + source + (good ? ": Hetzner takes it\n" : "\n"));
    }
    return good ? static_cast<int>(exit_done) : complain(in.out, good.error());
}

int auth_clear(invocation& in) {
    auto there = clear_token(in.environment);
    if (!there) return complain(in.out, there.error());
    const std::string still = variable_with_token(in.environment);
    in.out.note((*there ? "deleted " + credentials_file(in.environment) : std::string("no token was kept")) +
                (still.empty() ? "" : "; " + still + " is still set") +
                (*there ? ". At Hetzner the token is still valid: delete it there too" : ""));
    return exit_done;
}

}  // namespace slipway::cli
