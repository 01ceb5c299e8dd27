// The Hetzner projects that this process works in, by provider: "direct" is the one of its own configuration, the others
// are those of the marketplace's providers. Each has connections and a request budget of its own, so that one that
// hangs holds up nobody else.
//
// Owned by the composition root, which lets it go before the loop that it was used on, and keeps the clock and the tokens
// alive for longer than both. One loop, one thread.
#pragma once

#include "adapters/hetzner/client.hpp"
#include "adapters/hetzner/token_source.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/projects.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::hetzner {

struct project_settings {
    std::string endpoint = "https://api.hetzner.cloud/v1";
    bool for_direct_only = false;   // the endpoint was named together with that token: no other one is sent there
    std::string ca_file;            // SLIPWAY_CA_FILE; empty: the system's certificates
    waiting_news waiting;           // may be empty
    answer_news answered;           // likewise
    std::string catalog_directory;  // where the direct project's catalog is kept between runs; empty: in memory only
};

class project_directory final : public projects {
public:
    // `tokens` may be null: there are no providers. error_kind::configuration where the endpoint or the CA file cannot be
    // used. Contacts nobody.
    static result<std::unique_ptr<project_directory>> create(project_settings settings, engine_clock& clock,
                                                             provider_tokens* tokens);

    // The process's own project, or its new token. error_kind::configuration where that is no token.
    result<void> use_direct(secret token);

    boost::asio::awaitable<result<std::shared_ptr<cloud>>> open(std::string provider) override;
    boost::asio::awaitable<project_result> find(std::string provider) override;
    std::shared_ptr<project> unnamed(secret token) override;
    boost::asio::awaitable<result<std::vector<std::string>>> names() override;

private:
    // A provider's, as long as its token is the same one: what is under way with an earlier one ends with that.
    struct entry {
        std::string sealed;
        std::shared_ptr<client> with;
    };

    project_directory(project_settings settings, net::url endpoint, net::tls_context tls, engine_clock& clock,
                      provider_tokens* tokens);

    token_source if_allowed(token_source token) const;
    std::shared_ptr<client> make(token_source token, std::string catalog_file, token_news news);

    project_settings settings_;
    net::url endpoint_;
    net::tls_context tls_;
    engine_clock& clock_;
    provider_tokens* tokens_;
    std::shared_ptr<client> direct_;
    std::map<std::string, entry> providers_;
};

}  // namespace slipway::hetzner
