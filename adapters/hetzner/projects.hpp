// The Hetzner projects that this process works in, by provider: "direct" is the one of its own configuration, the others
// are those of the marketplace's providers. Each has connections and a request budget of its own, so that one that
// hangs holds up nobody else.
//
// Owned by the composition root, which lets it go before the loop that it was used on, and keeps the clock alive for
// longer than both. One loop, one thread.
#pragma once

#include "adapters/hetzner/client.hpp"
#include "adapters/hetzner/token_source.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/cloud.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::hetzner {

inline constexpr const char* direct_project = "direct";

struct project_settings {
    std::string endpoint = "https://api.hetzner.cloud/v1";
    std::string ca_file;            // SLIPWAY_CA_FILE; empty: the system's certificates
    std::string catalog_directory;  // where the direct project's catalog is kept between runs; empty: in memory only
};

// Printable ASCII without blanks: anything else comes from a broken paste, and must not get into a header.
bool looks_like_a_token(std::string_view token);

class projects final : public cloud_source {
public:
    // error_kind::configuration where the endpoint or the CA file cannot be used. Contacts nobody.
    static result<std::unique_ptr<projects>> create(project_settings settings, engine_clock& clock);

    // The process's own project. error_kind::configuration where that is no token.
    result<void> add_direct(secret token);

    // A provider's project, or its new token. What is under way with the old one ends with it.
    void add(const std::string& provider, token_source token, token_news news = {});

    // One that is used for a check and belongs to no provider.
    std::shared_ptr<client> unnamed(secret token);

    result<std::shared_ptr<cloud>> open(const std::string& provider) override;

    // Of those that are known, in order.
    std::vector<std::string> names() const;

    // The same, with what the engine does not need: the catalog.
    result<std::shared_ptr<client>> project(const std::string& provider) const;

private:
    projects(project_settings settings, net::url endpoint, net::tls_context tls, engine_clock& clock);

    std::shared_ptr<client> make(token_source token, std::string catalog_file, token_news news);

    project_settings settings_;
    net::url endpoint_;
    net::tls_context tls_;
    engine_clock& clock_;
    std::map<std::string, std::shared_ptr<client>> clients_;
};

}  // namespace slipway::hetzner
