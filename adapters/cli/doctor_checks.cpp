#include "adapters/cli/api_answer.hpp"
#include "adapters/cli/doctor.hpp"
#include "adapters/cli/wording.hpp"
#include "adapters/net/tls.hpp"
#include "engine/base/http_date.hpp"

#include <fmt/format.h>

namespace slipway::cli {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds tolerable_drift{60};
constexpr milliseconds check_patience{15'000};

net::http_request get(std::string target, const secret* token) {
    net::http_request out;
    out.target = std::move(target);
    if (token && !token->empty())
        out.headers.push_back(net::http_header{"Authorization", "Bearer " + std::string(token->reveal())});
    return out;
}

checked check_token(const hetzner_asked& about, int status) {
    const bool shown = about.token != nullptr;
    if (!shown && about.token_needed)
        return found("token", verdict::failed,
                     "there is none: set HCLOUD_TOKEN (Hetzner Console, your project, Security, "
                     "API tokens, with read and write permission)");
    if (!shown) return found("token", verdict::ok, "none is set, and none is needed here: providers have their own");
    if (status == 200) return found("token", verdict::ok, "Hetzner takes it; whether it may write is not asked");
    if (status == 401 || status == 403)
        return found("token", verdict::failed,
                     "Hetzner refuses it: make a new one in the Hetzner Console and set HCLOUD_TOKEN");
    return found("token", verdict::warning, fmt::format("Hetzner answered with status {}: ask again later", status));
}

}  // namespace

std::optional<checked> check_proxy() {
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"})
        if (const auto value = composition::process_environment(name); value && !value->empty())
            return found("proxy", verdict::warning,
                         std::string(name) + " is set, and slipway uses no proxy: it connects to Hetzner itself");
    return {};
}

checked check_clock(const std::optional<std::string_view>& date, timestamp now) {
    const auto there = date ? parse_http_date(*date) : std::nullopt;
    if (!there) return found("clock", verdict::warning, "Hetzner did not say what time it is, so nothing was compared");
    const auto drift = now - *there;
    const auto off = std::chrono::abs(drift);
    if (off <= tolerable_drift) return found("clock", verdict::ok, "within a minute of Hetzner's");
    return found(
        "clock", verdict::warning,
        fmt::format("{} {} Hetzner's: set it right (timedatectl set-ntp true); times in the log are this machine's, "
                    "and contracts expire by it",
                    seconds_text(off), drift.count() > 0 ? "ahead of" : "behind"));
}

awaitable<std::vector<checked>> check_hetzner(hetzner_asked about, timestamp (*now)()) {
    std::vector<checked> out;
    const auto endpoint = net::parse_endpoint(about.endpoint);
    if (!endpoint) {
        out.push_back(found("hetzner", verdict::failed, endpoint.error().message));
        co_return out;
    }
    net::tls_context tls;
    if (endpoint->tls()) {
        auto trusted = net::client_tls(about.ca_file);
        if (!trusted) {
            out.push_back(found("hetzner", verdict::failed, trusted.error().message));
            co_return out;
        }
        tls = *std::move(trusted);
    }
    net::http_limits limits;
    limits.deadline = check_patience;
    const auto client = net::make_http_client(*endpoint, std::move(tls), limits);
    auto request = get(endpoint->path + "/locations?per_page=1", about.token);
    const auto answer = co_await client->send(std::move(request));
    if (!answer) {
        out.push_back(found("hetzner", verdict::failed,
                            answer.error().message + " Check the network, a proxy or firewall, "
                                                     "and HCLOUD_ENDPOINT"));
        if (!about.token && about.token_needed) out.push_back(check_token(about, 0));
        co_return out;
    }
    out.push_back(found("hetzner", verdict::ok, endpoint->origin() + " answers"));
    out.push_back(check_token(about, answer->status));
    out.push_back(check_clock(net::find_header(answer->headers, "date"), now()));
    co_return out;
}

awaitable<std::vector<checked>> check_daemon(api_target where, std::string ca_file, const secret* token) {
    std::vector<checked> out;
    net::http_limits limits;
    limits.deadline = check_patience;
    std::shared_ptr<net::http_client> client;
    if (!where.path.empty()) {
        client = net::make_unix_http_client(where.path, limits);
    } else {
        net::tls_context tls;
        if (where.origin.tls()) {
            auto trusted = net::client_tls(ca_file);
            if (!trusted) {
                out.push_back(found("daemon", verdict::failed, trusted.error().message));
                co_return out;
            }
            tls = *std::move(trusted);
        }
        client = net::make_http_client(where.origin, std::move(tls), limits);
    }
    auto ready = get(where.origin.path + "/readyz", nullptr);
    const auto answer = co_await client->send(std::move(ready));
    if (!answer) {
        out.push_back(found("daemon", verdict::failed, answer.error().message));
        co_return out;
    }
    const auto said = read_answer(*answer);
    if (!said.good()) {
        out.push_back(found("daemon", verdict::failed, "not ready: " + said.complaint));
        co_return out;
    }
    auto look = get(where.origin.path + "/v1/events?limit=1", token);
    const auto allowed = co_await client->send(std::move(look));
    const bool refused = allowed && allowed->status == 401;
    if (refused)
        out.push_back(found("daemon", verdict::failed,
                            where.text() + " is ready, but refuses the token: set SLIPWAY_API_TOKEN "
                                           "to that of its configuration"));
    else
        out.push_back(found("daemon", verdict::ok, where.text() + " is ready"));
    co_return out;
}

}  // namespace slipway::cli
