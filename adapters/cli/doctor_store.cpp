#include "adapters/cli/doctor.hpp"
#include "adapters/cli/wording.hpp"
#include "adapters/composition/store.hpp"
#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_secret.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace slipway::cli {

namespace {

result<std::vector<std::string>> who_needs_secret(log_reader& log) {
    std::vector<std::string> names;
    head_filter filter;
    filter.unfinished_only = true;
    const auto heads = log.heads(filter);
    if (!heads) return heads.error();
    for (const stream_head& head : *heads) {
        const auto records = log.read_stream(head.stream, 0);
        if (!records) return records.error();
        if (vault::needs_secret(*records)) names.push_back(head.name);
    }
    return names;
}

// As it would be opened; where there is no store yet, there may be a file.
result<void> try_secret(const composition::location& place, const sealing* key) {
    const auto file = vault::installation_key_path(place.path);
    std::unique_ptr<log_reader> log;
    std::optional<kept_secret> kept;
    if (composition::store_exists(place)) {
        auto opened = composition::open_reader(place, composition::if_damaged::refuse);
        if (!opened) return {};  // check_database() says why
        log = *std::move(opened);
        auto row = log->kept(vault::installation_secret_name);
        if (!row) return row.error();
        kept = *std::move(row);
    }
    const auto secret = vault::find_installation_secret(kept, file, key);
    if (!secret) return secret.error();
    if (secret->value || secret->given_up || !log) return {};
    const auto needing = who_needs_secret(*log);
    if (!needing) return needing.error();
    if (!needing->empty()) return vault::secret_is_missing(file, *needing);
    return {};
}

}  // namespace

checked check_sealing(const composition::location& place, const sealing* key) {
    if (const auto opens = try_secret(place, key); !opens) return found("key", verdict::failed, opens.error().message);
    if (key != nullptr) return found("key", verdict::ok, "CREDENTIAL_ENCRYPTION_KEY is set");
    return found("key", verdict::ok, "CREDENTIAL_ENCRYPTION_KEY is not set; it is needed to keep providers' tokens");
}

checked check_database(const composition::location& place) {
    namespace fs = std::filesystem;
    if (!composition::store_exists(place)) {
        std::error_code failed;
        const fs::path directory = fs::path(place.path).parent_path();
        if (!place.by_default && !directory.empty() && !fs::is_directory(directory, failed))
            return found("database", verdict::failed,
                         "there is no directory " + directory.string() +
                             ": make it, or set SLIPWAY_DATABASE_URL to another place");
        return found("database", verdict::warning, "there is none yet; the first order makes " + place.name());
    }
    const auto log = composition::open_reader(place, composition::if_damaged::refuse);
    if (!log) return found("database", verdict::failed, log.error().message);
    const auto wrong = (*log)->integrity(check_depth::quick);
    if (!wrong) return found("database", verdict::failed, wrong.error().message);
    if (!wrong->empty())
        return found("database", verdict::failed,
                     place.name() + " is damaged (" + printable(wrong->front()) +
                         "): restore a backup, and look "
                         "at it with slipway-log verify");
    const schema_versions schema = (*log)->schema();
    if (schema.found < schema.newest)
        return found("database", verdict::ok,
                     fmt::format("{}, schema {}; the next command that writes makes it {}", place.name(), schema.found,
                                 schema.newest));
    return found("database", verdict::ok, fmt::format("{}, schema {}, whole", place.name(), schema.found));
}

}  // namespace slipway::cli
