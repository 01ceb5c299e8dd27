// The installation's secret where it is a file beside the database (mode 0600): the place it has where nothing seals it.
// With CREDENTIAL_ENCRYPTION_KEY it lives in the store instead (installation_secret.hpp, which decides).
//
// The file holds "plain:<64 hex digits>"; earlier versions also wrote "sealed:<text>" (adapters/vault/seal.hpp). Or it says
// "lost": the operator knows that the secret is gone and lets another be made.
//
// Any thread; reads and writes files, so call it at start-up. Errors say which file and what to do, never what is in
// it.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/sealing.hpp"

#include <filesystem>
#include <optional>

namespace slipway::vault {

// The name that the store keeps the secret under, and that it is sealed for.
inline constexpr const char* installation_secret_name = "installation";
sealed_for installation_secret_purpose();

// Where the file of the installation with this database lives.
std::filesystem::path installation_key_path(const std::filesystem::path& database);

struct installation_key {
    std::optional<secret> bytes;
    bool is_plain = false;  // nothing says that they are this installation's
    bool given_up = false;  // it says that the secret is lost
};

// Neither where there is no such file. `key` may be null: CREDENTIAL_ENCRYPTION_KEY is not set.
result<installation_key> read_installation_key(const std::filesystem::path& file, const sealing* key);

// A new secret, which is nowhere yet.
secret new_installation_key();

// Durable when it returns. What is there already stays, unless it says that the secret is lost; so read what is there
// now: where another process was faster, its secret is the one.
result<void> make_installation_key(const std::filesystem::path& file, const secret& bytes);

// It is somewhere else now. That it is not there is no error.
result<void> remove_installation_key(const std::filesystem::path& file);

// For a copy of the installation: what the file says, as it is, and the same in a new file, durable and never over what is
// there. None where there is no such file.
result<std::optional<secret>> installation_key_text(const std::filesystem::path& file);
result<void> put_installation_key_text(const std::filesystem::path& file, const secret& text);

}  // namespace slipway::vault
