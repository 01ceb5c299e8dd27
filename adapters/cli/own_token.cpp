#include "adapters/cli/own_token.hpp"

#include "adapters/cli/credentials.hpp"
#include "adapters/cli/doctor.hpp"
#include "adapters/cli/token_input.hpp"
#include "engine/ports/projects.hpp"
#include "engine/runtime/system.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>
#include <vector>

namespace slipway::cli {

namespace {

constexpr const char* how_to_make_one =
    "slipway needs a token for your project at Hetzner:\n"
    "  1. open https://console.hetzner.cloud and choose the project\n"
    "  2. Security, API tokens, Generate API token, with read and write permission\n"
    "  3. paste it here; nothing is shown while you do";

constexpr int attempts = 3;

}  // namespace

result<void> try_token(const invocation& in, const secret& token) {
    if (!looks_like_a_token(token.reveal()))
        return make_error(error_kind::refused,
                          "that is no token: it holds a blank or another character that no token has");
    hetzner_asked about;
    about.endpoint = in.settings.endpoint;
    about.ca_file = in.settings.ca_file;
    about.token = &token;
    const auto wall_clock_now = [] { return system_clock().now(); };
    boost::asio::io_context loop(1);
    std::vector<checked> found;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop, check_hetzner(about, wall_clock_now), [&](std::exception_ptr e, std::vector<checked> all) {
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

result<void> keep_token(invocation& in, secret token) {
    if (in.settings.endpoint_for_token_only)
        return make_error(error_kind::configuration,
                          "HCLOUD_ENDPOINT comes from .env of the working directory: this token is not sent there. Do it in "
                          "another directory");
    if (auto good = try_token(in, token); !good) return good.error();
    if (auto saved = save_token(in.environment, token); !saved) return saved.error();
    in.out.note("the token works; it is kept in " + credentials_file(in.environment));
    in.settings.token = std::move(token);
    return {};
}

int ask_for_token(invocation& in) {
    in.out.say(how_to_make_one);
    for (int attempt = 1;; ++attempt) {
        auto typed = ask_for_secret("Hetzner token: ");
        if (!typed) return complain(in.out, typed.error());
        auto taken = keep_token(in, *std::move(typed));
        if (taken) return exit_done;
        const int code = complain(in.out, taken.error());
        if (taken.error().kind != error_kind::refused || attempt == attempts) return code;
    }
}

std::optional<int> provide_token(invocation& in) {
    if (in.api || in.settings.token) return {};
    auto saved = saved_token(in.environment);
    if (!saved) return complain(in.out, saved.error());
    in.settings.token = *std::move(saved);
    if (in.settings.token || !in.out.asks()) return {};
    const int code = ask_for_token(in);
    if (code != exit_done) return code;
    return {};
}

std::optional<int> complain_of_no_token(invocation& in) {
    if (in.api || in.settings.token) return {};
    return complain(in.out, make_error(error_kind::configuration,
                                       "there is no Hetzner token: set HCLOUD_TOKEN (Hetzner Console, your project, "
                                       "Security, API tokens, with read and write permission), or keep one with: "
                                       "slipway auth set"));
}

}  // namespace slipway::cli
