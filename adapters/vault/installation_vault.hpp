// The vault of one installation: derives its keys from the installation's secret (installation_secret.hpp) with
// HKDF-SHA256. Nothing is stored per VM. Called on the loop's thread; a call takes well below a millisecond.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/ports/key_vault.hpp"

namespace slipway::vault {

class installation_vault final : public key_vault {
public:
    explicit installation_vault(secret of_installation);

    result<ssh_key_pair> operator_key() override;
    result<ssh_key_pair> first_host_key(const stream_id& stream) override;

private:
    secret secret_;
};

}  // namespace slipway::vault
