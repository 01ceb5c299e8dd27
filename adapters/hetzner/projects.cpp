#include "adapters/hetzner/projects.hpp"

#include "adapters/net/http_client.hpp"

#include <algorithm>
#include <utility>

namespace slipway::hetzner {

bool looks_like_a_token(std::string_view token) {
    return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

result<std::unique_ptr<projects>> projects::create(project_settings settings, engine_clock& clock) {
    auto endpoint = net::parse_endpoint(settings.endpoint);
    if (endpoint.has_error())
        return make_error(error_kind::configuration, "HCLOUD_ENDPOINT: " + endpoint.error().message);
    net::tls_context tls;
    if (endpoint->tls()) {
        auto trusted = net::client_tls(settings.ca_file);
        if (trusted.has_error()) return trusted.error();
        tls = std::move(*trusted);
    }
    return std::unique_ptr<projects>(
        new projects(std::move(settings), std::move(*endpoint), std::move(tls), clock));
}

projects::projects(project_settings settings, net::url endpoint, net::tls_context tls, engine_clock& clock)
    : settings_(std::move(settings)), endpoint_(std::move(endpoint)), tls_(std::move(tls)), clock_(clock) {}

result<void> projects::add_direct(secret token) {
    if (token.empty())
        return make_error(
            error_kind::configuration,
            "There is no Hetzner token. Make one that may read and write in the Hetzner Console (Security, "
            "API tokens) and put it into HCLOUD_TOKEN.");
    if (!looks_like_a_token(token.reveal()))
        return make_error(
            error_kind::configuration,
            "The Hetzner token holds a blank, a line break or another character that cannot be part of it. "
            "Copy it again into HCLOUD_TOKEN.");
    auto file = catalog_file(settings_.catalog_directory, endpoint_.origin() + endpoint_.path, token.reveal());
    clients_[direct_project] = make(token_source(std::move(token)), std::move(file), {});
    return {};
}

void projects::add(const std::string& provider, token_source token, token_news news) {
    clients_[provider] = make(std::move(token), {}, std::move(news));
}

std::shared_ptr<client> projects::unnamed(secret token) {
    return make(token_source(std::move(token)), {}, {});
}

std::shared_ptr<client> projects::make(token_source token, std::string file, token_news news) {
    auto http = net::make_http_client(endpoint_, tls_);
    return std::make_shared<client>(std::move(http), endpoint_.path, std::move(token), clock_, std::move(file),
                                    std::move(news));
}

std::vector<std::string> projects::names() const {
    std::vector<std::string> all;
    for (const auto& [name, project] : clients_) all.push_back(name);
    return all;
}

result<std::shared_ptr<client>> projects::project(const std::string& provider) const {
    const auto it = clients_.find(provider);
    if (it != clients_.end()) return it->second;
    if (provider == direct_project)
        return make_error(error_kind::configuration,
                          "There is no Hetzner token: put one that may read and write into HCLOUD_TOKEN.");
    return make_error(error_kind::not_found, "There is no Hetzner token for the provider \"" + provider + "\".");
}

result<std::shared_ptr<cloud>> projects::open(const std::string& provider) {
    auto found = project(provider);
    if (!found) return found.error();
    return std::shared_ptr<cloud>(*std::move(found));
}

}  // namespace slipway::hetzner
