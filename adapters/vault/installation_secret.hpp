// The installation's secret: 32 random bytes from which the operator's key and every VM's first host key are derived
// (installation_vault.hpp). Where it is, and what becomes of it when slipway starts:
//
//   sealed in the store         where there is a CREDENTIAL_ENCRYPTION_KEY. What is found in the file moves there, and the
//                               file is removed when that is durable: a crash in between leaves both, and they are the same.
//                               But not from a file in the clear of which the store remembers nothing: whoever can write
//                               one could choose the operator's key
//   in the file beside it       where there is none (installation_key.hpp)
//   nowhere                     another one is made, but never while VMs are on their way which can only be logged in to
//                               with keys of the one that is missing; its owner has to say that it is lost
//
// The store remembers a fingerprint of it, so that the file of another installation is noticed.
//
// Called at start-up. Errors are of kind configuration where a person has to do something, storage where the store or the
// file does not work; none says what is in the secret.
#pragma once

#include "adapters/vault/installation_key.hpp"
#include "engine/base/error.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/sealing.hpp"
#include "engine/ports/secret_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::vault {

// The name under which the store remembers the encryption key of whoever writes it.
inline constexpr const char* encryption_key_name = "encryption_key";

// What is there; nothing is changed. `key` may be null: CREDENTIAL_ENCRYPTION_KEY is not set.
struct found_secret {
    std::optional<secret> value;  // none: it is nowhere
    bool in_store = false;
    bool in_file = false;   // where it is in the store, too: a file that is not needed any more
    bool given_up = false;  // it is nowhere, and its owner knows that
};
result<found_secret> find_installation_secret(const std::optional<kept_secret>& kept, const std::filesystem::path& file,
                                              const sealing* key);

// Whether this stream calls for a step that needs keys derived from the secret; also where that cannot be told.
bool needs_secret(std::span<const event_record> stream);

// Why nothing is made in place of a secret that these VMs need.
error secret_is_missing(const std::filesystem::path& file, const std::vector<std::string>& vms);

// Finds it, and puts it where it belongs. False where it is nowhere. The rest of the functions wait for the store.
boost::asio::awaitable<result<bool>> adopt_installation_secret(secret_store& store, std::filesystem::path file,
                                                               const sealing* key);

// Finds it, puts it where it belongs, and makes it where there is none and none is missed.
boost::asio::awaitable<result<secret>> open_installation_secret(secret_store& store, event_log& log,
                                                                std::filesystem::path file, const sealing* key);

}  // namespace slipway::vault
