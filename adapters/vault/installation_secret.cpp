#include "adapters/vault/installation_secret.hpp"

#include "adapters/vault/installation_key.hpp"
#include "engine/base/digest.hpp"
#include "engine/machines/vm.hpp"

#include <utility>

namespace slipway::vault {

using boost::asio::awaitable;

namespace {

error configuration_error(std::string message) {
    return make_error(error_kind::configuration, std::move(message));
}

std::string fingerprint_of(const secret& bytes) {
    return hex(sha256("slipway installation secret v1 ", bytes.reveal()));
}

std::string how_to_give_up(const std::filesystem::path& file) {
    return "If it is lost for good, VMs that are still being created cannot be finished and are cleaned up: say so with "
           "(umask 077; echo lost >'" +
           file.string() + "') and start again.";
}

// Neither value nor error where the store has none.
result<std::optional<secret>> open_kept(const std::optional<kept_secret>& kept, const sealing* key) {
    if (!kept || kept->sealed.empty()) return std::optional<secret>();
    if (key == nullptr)
        return configuration_error(
            "the installation's secret is sealed in the database: set CREDENTIAL_ENCRYPTION_KEY to the key of this "
            "installation");
    auto bytes = key->open(kept->sealed, installation_secret_purpose());
    if (!bytes) return configuration_error("the installation's secret does not open: " + bytes.error().message);
    if (fingerprint_of(*bytes) != kept->fingerprint)
        return configuration_error(
            "the installation's secret is not the one that the database remembers: one of the two was changed. Restore "
            "the database from a backup");
    return std::optional<secret>(*std::move(bytes));
}

awaitable<result<std::vector<std::string>>> who_needs_it(event_log& log) {
    std::vector<std::string> names;
    head_filter filter;
    filter.unfinished_only = true;
    const auto heads = co_await log.heads(filter);
    if (!heads) co_return heads.error();
    for (const stream_head& head : *heads) {
        const auto records = co_await log.read_stream(head.stream, 0);
        if (!records) co_return records.error();
        if (needs_secret(*records)) names.push_back(head.name);
    }
    co_return names;
}

// Durable when it returns. What is kept then may be another's, who was faster.
awaitable<result<void>> make_secret(secret_store& store, const std::filesystem::path& file, const sealing* key,
                                    bool remembered) {
    secret fresh = new_installation_key();
    kept_secret what;
    if (key != nullptr) {
        what.sealed = key->seal(fresh.reveal(), installation_secret_purpose());
    } else {
        if (auto made = make_installation_key(file, fresh); !made) co_return made;
        auto now = read_installation_key(file, nullptr);
        if (!now) co_return now.error();
        if (!now->bytes) co_return make_error(error_kind::storage, file.string() + " was taken away while it was made");
        fresh = *std::move(now->bytes);
    }
    what.fingerprint = fingerprint_of(fresh);
    const std::string name = installation_secret_name;
    if (remembered) {
        auto replaced = co_await store.replace(name, what);
        if (!replaced) co_return replaced;
    } else {
        const auto put = co_await store.put_if_absent(name, what);
        if (!put) co_return put.error();
    }
    result<void> done;
    if (key != nullptr) done = remove_installation_key(file);  // it said that the one before was lost
    co_return done;
}

// As find_installation_secret(), and then it is where it belongs.
awaitable<result<found_secret>> settled_secret(secret_store& store, const std::filesystem::path& file,
                                               const sealing* key) {
    const std::string name = installation_secret_name;
    const auto kept = co_await store.get(name);
    if (!kept) co_return kept.error();
    auto found = find_installation_secret(*kept, file, key);
    if (!found || !found->value) co_return found;
    kept_secret what;
    what.fingerprint = fingerprint_of(*found->value);
    if (key != nullptr && !found->in_store) {
        what.sealed = key->seal(found->value->reveal(), installation_secret_purpose());
        auto moved = co_await store.replace(name, what);
        if (!moved) co_return moved.error();
        found->in_store = true;
    } else if (!*kept) {
        const auto put = co_await store.put_if_absent(name, what);
        if (!put) co_return put.error();
    }
    if (found->in_store && found->in_file)
        if (auto removed = remove_installation_key(file); !removed) co_return removed.error();
    co_return found;
}

}  // namespace

result<found_secret> find_installation_secret(const std::optional<kept_secret>& kept, const std::filesystem::path& file,
                                              const sealing* key) {
    auto from_store = open_kept(kept, key);
    auto from_file = read_installation_key(file, key);
    found_secret found;
    if (from_store && *from_store) {
        found.in_store = true;
        // A file that says something else is nobody's business: it is not read any more.
        found.in_file = from_file && (from_file->given_up || (from_file->bytes && fingerprint_of(*from_file->bytes) ==
                                                                                      kept->fingerprint));
        found.value = *std::move(from_store);
        return found;
    }
    if (from_file && from_file->given_up) {
        found.given_up = true;
        return found;
    }
    if (!from_store) return from_store.error();
    if (!from_file) return from_file.error();
    if (!from_file->bytes) return found;
    if (kept && fingerprint_of(*from_file->bytes) != kept->fingerprint)
        return configuration_error(file.string() +
                                   " holds another installation's secret than the one that the database remembers. Put "
                                   "the file back that belongs to this database. " +
                                   how_to_give_up(file));
    if (!kept && key != nullptr && from_file->is_plain)
        return configuration_error(
            file.string() +
            " holds a secret in the clear although CREDENTIAL_ENCRYPTION_KEY is set, and the database has never seen it: "
            "with a file of their own others could choose the operator's key. If it is this installation's, made before "
            "there was a key, start slipway once without CREDENTIAL_ENCRYPTION_KEY: then the database knows it. If not, "
            "move the file away.");
    found.in_file = true;
    found.value = *std::move(from_file->bytes);
    return found;
}

bool needs_secret(std::span<const event_record> stream) {
    const auto state = replay(stream);
    if (!state) return true;
    const auto next = wants(*state);
    return next && properties_of(step_of(*next)).keys;
}

error secret_is_missing(const std::filesystem::path& file, const std::vector<std::string>& vms) {
    constexpr std::size_t shown = 5;
    std::string names;
    for (std::size_t i = 0; i < vms.size() && i < shown; ++i) names += (i == 0 ? "" : ", ") + vms[i];
    if (vms.size() > shown) names += ", …";
    return configuration_error("the installation's secret is missing: it is not in the database, and there is no " +
                               file.string() + ", but " + std::to_string(vms.size()) +
                               (vms.size() == 1 ? " VM is" : " VMs are") +
                               " on the way that can only be logged in to with keys made of it (" + names +
                               "). Restore that file, or the database that holds the secret, from a backup. " +
                               how_to_give_up(file));
}

awaitable<result<bool>> adopt_installation_secret(secret_store& store, std::filesystem::path file, const sealing* key) {
    const auto found = co_await settled_secret(store, file, key);
    if (!found) co_return found.error();
    co_return found->value.has_value();
}

awaitable<result<secret>> open_installation_secret(secret_store& store, event_log& log, std::filesystem::path file,
                                                   const sealing* key) {
    auto found = co_await settled_secret(store, file, key);
    if (!found) co_return found.error();
    if (found->value) co_return *std::move(found->value);
    if (!found->given_up) {
        const auto needing = co_await who_needs_it(log);
        if (!needing) co_return needing.error();
        if (!needing->empty()) co_return secret_is_missing(file, *needing);
    }
    const std::string name = installation_secret_name;
    const auto before = co_await store.get(name);
    if (!before) co_return before.error();
    const auto made = co_await make_secret(store, file, key, before->has_value());
    if (!made) co_return made.error();
    found = co_await settled_secret(store, file, key);
    if (!found) co_return found.error();
    if (!found->value)
        co_return make_error(error_kind::storage, "the installation's secret was taken away while it was made");
    co_return *std::move(found->value);
}

}  // namespace slipway::vault
