#include "adapters/composition/backup.hpp"

#include "adapters/sqlite/database_copy.hpp"
#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_secret.hpp"

#include <filesystem>
#include <optional>
#include <system_error>

namespace slipway::composition {

namespace {

using secret_text = std::optional<secret>;

// As the copy needs it: nothing where the copy itself has the secret. A daemon may move it from the file into the store
// while it is copied, or make it: then it is in the copy, or is now in the file.
result<secret_text> secret_of(sqlite::reader& copy, const std::filesystem::path& file, secret_text before) {
    const auto kept = copy.kept(vault::installation_secret_name);
    if (!kept) return kept.error();
    if (*kept && !(*kept)->sealed.empty()) return secret_text();
    if (before) return before;
    return vault::installation_key_text(file);
}

}  // namespace

result<backup> back_up(const location& place, const std::string& file) {
    if (!place.server.empty())
        return make_error(error_kind::refused, place.name() + " is PostgreSQL's: back it up with pg_dump, and keep "
                                                              "CREDENTIAL_ENCRYPTION_KEY apart from it.");
    auto log = sqlite::reader::open(place.path);
    if (!log) return log.error();
    backup made;
    made.file = file;
    const auto beside = vault::installation_key_path(place.path);
    const auto beside_copy = vault::installation_key_path(file);
    // Also where the copy needs none: one that lies there would be taken for the copy's.
    if (std::error_code ignored; std::filesystem::exists(beside_copy, ignored))
        return make_error(error_kind::refused, beside_copy.string() + " is there already: name a new file for the backup.");
    auto before = vault::installation_key_text(beside);
    if (!before) return before.error();
    const auto complete = [&](sqlite::reader& copy) -> result<void> {
        const auto events = copy.event_count();
        if (!events) return events.error();
        made.events = *events;
        const auto text = secret_of(copy, beside, *std::move(before));
        if (!text) return text.error();
        if (!*text) return {};
        if (auto put = vault::put_installation_key_text(beside_copy, **text); !put) return put.error();
        made.secret_file = beside_copy.string();
        return {};
    };
    if (auto copied = sqlite::copy_database(*log, file, complete); !copied) {
        if (!made.secret_file.empty()) (void)vault::remove_installation_key(made.secret_file);
        return copied.error();
    }
    return made;
}

}  // namespace slipway::composition
