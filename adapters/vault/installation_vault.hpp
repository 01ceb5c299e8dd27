// The vault of one installation: derives its keys from the installation's secret (installation_secret.hpp) with
// HKDF-SHA256. Nothing is stored per VM. Called on the loop's thread; a call takes well below a millisecond.
#pragma once

#include "adapters/vault/seal.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/key_vault.hpp"

namespace slipway::vault {

class installation_vault final : public key_vault {
public:
    explicit installation_vault(secret of_installation);

    result<ssh_key_pair> operator_key() override;
    result<ssh_key_pair> first_host_key(const stream_id& stream) override;

    // For what this installation seals for itself and nobody else has to open: it needs no CREDENTIAL_ENCRYPTION_KEY, and
    // stays the same when that changes.
    sealing_key own_sealing_key() const;

private:
    secret secret_;
    ssh_key_pair operator_key_;  // asked for by every VM
};

}  // namespace slipway::vault
