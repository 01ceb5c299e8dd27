#include "adapters/hetzner/project_directory.hpp"

#include "adapters/net/http_client.hpp"

#include <algorithm>
#include <utility>

namespace slipway::hetzner {

namespace asio = boost::asio;

result<std::unique_ptr<project_directory>> project_directory::create(project_settings settings, engine_clock& clock,
                                                                     provider_tokens* tokens) {
    auto endpoint = net::parse_endpoint(settings.endpoint);
    if (endpoint.has_error())
        return make_error(error_kind::configuration, "HCLOUD_ENDPOINT: " + endpoint.error().message);
    net::tls_context tls;
    if (endpoint->tls()) {
        auto trusted = net::client_tls(settings.ca_file);
        if (trusted.has_error()) return trusted.error();
        tls = std::move(*trusted);
    }
    return std::unique_ptr<project_directory>(
        new project_directory(std::move(settings), std::move(*endpoint), std::move(tls), clock, tokens));
}

project_directory::project_directory(project_settings settings, net::url endpoint, net::tls_context tls,
                                     engine_clock& clock, provider_tokens* tokens)
    : settings_(std::move(settings)),
      endpoint_(std::move(endpoint)),
      tls_(std::move(tls)),
      clock_(clock),
      tokens_(tokens) {}

result<void> project_directory::use_direct(secret token) {
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
    direct_ = make(token_source(std::move(token)), std::move(file), {});
    return {};
}

std::shared_ptr<project> project_directory::unnamed(secret token) {
    return make(if_allowed(token_source(std::move(token))), {}, {});
}

token_source project_directory::if_allowed(token_source token) const {
    if (!settings_.for_direct_only) return token;
    return token_source([]() -> result<secret> {
        return make_error(error_kind::configuration,
                          "HCLOUD_ENDPOINT comes from .env of the working directory: no token but the one in the same file is "
                          "sent there. If the file is yours, name it: --config FILE");
    });
}

std::shared_ptr<client> project_directory::make(token_source token, std::string file, token_news news) {
    auto http = net::make_http_client(endpoint_, tls_);
    return std::make_shared<client>(std::move(http), endpoint_.path, std::move(token), clock_, std::move(file),
                                    std::move(news), settings_.waiting,
                                    settings_.answered);
}

asio::awaitable<result<std::vector<std::string>>> project_directory::names() {
    std::vector<std::string> all;
    if (direct_) all.emplace_back(direct_project);
    if (tokens_) {
        auto providers = co_await tokens_->providers();
        if (!providers) co_return providers.error();
        for (std::string& one : *providers) all.push_back(std::move(one));
    }
    std::sort(all.begin(), all.end());
    co_return all;
}

asio::awaitable<project_result> project_directory::find(std::string provider) {
    if (provider == direct_project) {
        if (direct_) co_return direct_;
        co_return make_error(error_kind::configuration,
                             "There is no Hetzner token: put one that may read and write into HCLOUD_TOKEN.");
    }
    std::optional<std::string> sealed;
    if (tokens_) {
        auto kept = co_await tokens_->find(provider);
        // Whatever the store's reason is: it is not that there is no token.
        if (!kept) co_return make_error(error_kind::storage, kept.error().message);
        sealed = *std::move(kept);
    }
    if (!sealed) {
        providers_.erase(provider);
        co_return make_error(error_kind::not_found, "There is no Hetzner token for the provider \"" + provider + "\".");
    }
    entry& known = providers_[provider];
    if (!known.with || known.sealed != *sealed) {
        token_source::opener open = [tokens = tokens_, provider, text = *sealed] { return tokens->open(provider, text); };
        token_news news = [tokens = tokens_, provider, text = *sealed](bool works, const std::string& why_not) {
            tokens->heard(provider, text, works, why_not);
        };
        known.sealed = *std::move(sealed);
        known.with = make(if_allowed(token_source(std::move(open))), {}, std::move(news));
    }
    co_return known.with;
}

asio::awaitable<result<std::shared_ptr<cloud>>> project_directory::open(std::string provider) {
    auto found = co_await find(std::move(provider));
    if (!found) co_return found.error();
    co_return std::shared_ptr<cloud>(*std::move(found));
}

}  // namespace slipway::hetzner
