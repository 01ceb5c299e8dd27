// The one project of this process's own configuration, known to the engine as the provider "direct". Owns the
// connections to Hetzner, the client and its token. Owned by the composition root, which lets it go before the loop that
// it was used on, and keeps the clock alive for longer than both.
#pragma once

#include "adapters/hetzner/client.hpp"
#include "adapters/net/secret.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/cloud.hpp"

#include <memory>
#include <string>

namespace slipway::hetzner {

struct direct_settings {
    net::secret token;
    std::string endpoint = "https://api.hetzner.cloud/v1";
    std::string ca_file;            // SLIPWAY_CA_FILE; empty: the system's certificates
    std::string catalog_directory;  // where the catalog is kept between runs; empty: in memory only
};

class direct_source final : public cloud_source {
public:
    // error_kind::configuration where the token, the endpoint or the CA file cannot be used. Contacts nobody.
    static result<std::unique_ptr<direct_source>> create(direct_settings settings, engine_clock& clock);

    result<std::shared_ptr<cloud>> open(const std::string& provider) override;

    // The same project, with what the engine does not need: the catalog.
    const std::shared_ptr<client>& project() const { return project_; }

private:
    explicit direct_source(std::shared_ptr<client> project);

    std::shared_ptr<client> project_;
};

}  // namespace slipway::hetzner
