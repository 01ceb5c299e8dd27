// The vault of one installation: derives its keys from the installation's secret (installation_key.hpp) with
// HKDF-SHA256. Nothing is stored per VM. Called on the loop's thread; a call takes well below a millisecond.
#pragma once

#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/seal.hpp"
#include "engine/ports/key_vault.hpp"

#include <filesystem>
#include <memory>

namespace slipway::vault {

class installation_vault final : public key_vault {
public:
    explicit installation_vault(secret installation_key);

    result<ssh_key_pair> operator_key() override;
    result<ssh_key_pair> first_host_key(const stream_id& stream) override;

private:
    secret secret_;
};

// Opens (or, the first time, makes) the installation's secret. `key` may be null: CREDENTIAL_ENCRYPTION_KEY is not set.
result<std::unique_ptr<key_vault>> open_vault(const std::filesystem::path& file, const sealing_key* key);

}  // namespace slipway::vault
