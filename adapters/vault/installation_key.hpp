// The installation's secret: 32 random bytes from which the operator's key and every VM's first host key are derived.
// It lives in a file beside the database (mode 0600), made by whoever starts first: processes that race agree on one.
//
// The file holds "plain:<64 hex digits>" or, where CREDENTIAL_ENCRYPTION_KEY was set when it was made, "sealed:<text>"
// (adapters/vault/seal.hpp). A plain file stays readable when the key is set later; reseal turns one into the other.
// Losing the file means that VMs still being created cannot be logged in to; finished VMs do not need it.
//
// Any thread; reads and writes files, so call it at start-up. Errors say which file and what to do, never what is in
// it.
#pragma once

#include "engine/base/secret.hpp"
#include "adapters/vault/seal.hpp"
#include "engine/base/error.hpp"

#include <filesystem>

namespace slipway::vault {

// Where the secret of the installation with this database lives.
std::filesystem::path installation_key_path(const std::filesystem::path& database);

// Reads the secret, makes it where there is no file yet. `key` may be null: CREDENTIAL_ENCRYPTION_KEY is not set.
result<secret> load_installation_key(const std::filesystem::path& file, const sealing_key* key);

// Replaces the file's content, atomically: sealed under `to`, or plain where it is null.
result<void> reseal_installation_key(const std::filesystem::path& file, const sealing_key* from, const sealing_key* to);

}  // namespace slipway::vault
