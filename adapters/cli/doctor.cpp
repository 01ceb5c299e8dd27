// slipway doctor: what works and what does not, a line each.
#include "adapters/cli/doctor.hpp"

#include "adapters/cli/credentials.hpp"
#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verbs.hpp"
#include "adapters/composition/discord_check.hpp"
#include "adapters/composition/service_settings.hpp"
#include "engine/runtime/system.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;

std::string_view word(verdict v) {
    switch (v) {
        case verdict::ok:
            return "ok";
        case verdict::warning:
            return "warning";
        case verdict::failed:
            return "failed";
    }
    return "";
}

timestamp wall_clock() {
    return system_clock().now();
}

checked at(std::string what, verdict how, std::string detail) {
    return checked{std::move(what), how, std::move(detail)};
}

// Runs checks that talk, on a loop of their own.
template <class T>
std::vector<T> wait_for(awaitable<std::vector<T>> checks) {
    boost::asio::io_context loop(1);
    std::vector<T> out;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop, std::move(checks), [&](std::exception_ptr thrown, std::vector<T> found) {
        problem = thrown;
        out = std::move(found);
    });
    loop.run();
    if (problem) std::rethrow_exception(problem);
    return out;
}

struct findings {
    std::vector<checked> all;
    void add(checked one) { all.push_back(std::move(one)); }
    void add(std::vector<checked> some) {
        for (checked& one : some) all.push_back(std::move(one));
    }
};

std::vector<checked> discord_lines(const discord::bot_settings& settings) {
    const auto found_there = wait_for(composition::check_discord(settings));
    std::vector<checked> lines;
    for (const composition::discord_finding& one : found_there) {
        const verdict how = one.how == composition::discord_verdict::ok        ? verdict::ok
                            : one.how == composition::discord_verdict::warning ? verdict::warning
                                                                               : verdict::failed;
        lines.push_back(at("discord", how, one.detail));
    }
    return lines;
}

void examine(const global_options& typed, const composition::environment& environment, findings& to) {
    if (auto proxy = check_proxy()) to.add(*std::move(proxy));
    const std::string ca_file = environment.text("SLIPWAY_CA_FILE").value_or("");
    const auto address = typed.api ? typed.api : environment.text("SLIPWAY_API");
    auto settings = composition::configure(environment, typed.database_url);
    if (!settings) {
        to.add(at("configuration", verdict::failed, settings.error().message));
    } else {
        const auto service = composition::configure_service(environment, *settings);
        if (!service)
            to.add(at("configuration", verdict::failed, service.error().message));
        else if (address)
            to.add(at("configuration", verdict::ok, "valid; the daemon has its own"));
        else
            to.add(at("configuration", verdict::ok,
                      service->provisioning.value_or(false) ? "valid; contracts are provisioned"
                                                            : "valid; contracts are not provisioned "
                                                              "(HETZNER_PROVISIONING_ENABLED)"));
        if (!address) to.add(check_sealing(settings->database, settings->sealing ? &*settings->sealing : nullptr));
        if (!address) to.add(check_database(settings->database));
        if (!settings->token && !address) {
            auto saved = saved_token(environment);
            if (!saved) to.add(at("token", verdict::failed, saved.error().message));
            if (saved) settings->token = *std::move(saved);
        }
        hetzner_asked about;
        about.endpoint = settings->endpoint;
        about.ca_file = settings->ca_file;
        about.token = settings->token ? &*settings->token : nullptr;
        const bool for_providers_only = service && service->provisioning.value_or(false) && !service->discord;
        about.token_needed = !address && !for_providers_only;
        to.add(wait_for(check_hetzner(about, wall_clock)));
        if (!address && service && service->discord) to.add(discord_lines(*service->discord));
    }
    if (!address) return;
    const auto where = parse_api_target(*address);
    if (!where) return to.add(at("daemon", verdict::failed, where.error().message));
    const auto token = environment.secret("SLIPWAY_API_TOKEN");
    if (!token) return to.add(at("daemon", verdict::failed, token.error().message));
    to.add(wait_for(check_daemon(*where, ca_file, *token ? &**token : nullptr)));
}

int run_doctor(const global_options& typed, const composition::environment& environment, terminal& out) {
    findings found;
    examine(typed, environment, found);
    bool works = true;
    std::string lines;
    nlohmann::ordered_json checks = nlohmann::ordered_json::array();
    for (const checked& one : found.all) {
        works = works && one.how != verdict::failed;
        lines += fmt::format("{:<8} {:<14} {}\n", word(one.how), one.what, one.detail);
        nlohmann::ordered_json item = nlohmann::ordered_json::object();
        item["check"] = one.what;
        item["result"] = std::string(word(one.how));
        item["detail"] = one.detail;
        checks.push_back(std::move(item));
    }
    if (typed.json) {
        nlohmann::ordered_json document = nlohmann::ordered_json::object();
        document["works"] = works;
        document["checks"] = std::move(checks);
        out.result(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    } else {
        out.result(lines);
    }
    return works ? exit_done : exit_failed;
}

// Checks what every other verb takes for granted, so it reads the settings itself.
struct doctor_verb final : verb {
    groundwork before() const override { return groundwork::environment; }
    int run(invocation& in) override { return run_doctor(in.typed, in.environment, in.out); }
};

}  // namespace

made_verb doctor() { return std::make_unique<doctor_verb>(); }

}  // namespace slipway::cli
