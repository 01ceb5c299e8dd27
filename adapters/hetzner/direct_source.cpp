#include "adapters/hetzner/direct_source.hpp"

#include "adapters/net/http_client.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"

#include <algorithm>
#include <utility>

namespace slipway::hetzner {

namespace {

// Printable ASCII: anything else comes from a broken paste, and must not get into a header.
bool looks_like_a_token(std::string_view token) {
    return std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

direct_source::direct_source(std::shared_ptr<client> project) : project_(std::move(project)) {}

result<std::unique_ptr<direct_source>> direct_source::create(direct_settings settings, engine_clock& clock) {
    if (settings.token.empty())
        return make_error(
            error_kind::configuration,
            "There is no Hetzner token. Make one that may read and write in the Hetzner Console (Security, "
            "API tokens) and put it into HCLOUD_TOKEN.");
    if (!looks_like_a_token(settings.token.reveal()))
        return make_error(
            error_kind::configuration,
            "The Hetzner token holds a blank, a line break or another character that cannot be part of it. "
            "Copy it again into HCLOUD_TOKEN.");
    auto endpoint = net::parse_endpoint(settings.endpoint);
    if (endpoint.has_error())
        return make_error(error_kind::configuration, "HCLOUD_ENDPOINT: " + endpoint.error().message);
    net::tls_context tls;
    if (endpoint->tls()) {
        auto trusted = net::client_tls(settings.ca_file);
        if (trusted.has_error()) return trusted.error();
        tls = std::move(*trusted);
    }
    const auto file =
        catalog_file(settings.catalog_directory, endpoint->origin() + endpoint->path, settings.token.reveal());
    auto http = net::make_http_client(*endpoint, std::move(tls));
    auto project = std::make_shared<client>(std::move(http), endpoint->path, std::move(settings.token), clock, file);
    return std::unique_ptr<direct_source>(new direct_source(std::move(project)));
}

result<std::shared_ptr<cloud>> direct_source::open(const std::string& provider) {
    if (provider != "direct")
        return make_error(error_kind::not_found, "There is no Hetzner token for the provider \"" + provider + "\".");
    return std::shared_ptr<cloud>(project_);
}

}  // namespace slipway::hetzner
