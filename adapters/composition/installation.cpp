#include "adapters/composition/installation.hpp"

#include "adapters/composition/crash_points.hpp"
#include "adapters/ssh/shell.hpp"
#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_secret.hpp"
#include "adapters/vault/installation_vault.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace slipway::composition {

using boost::asio::awaitable;

namespace {

// What was sealed by an earlier version is sealed anew, bound to what it is for; and the store remembers which key its
// writer has, for `secrets rotate` beside it. What does not open stays as it is: that is its provider's trouble.
awaitable<result<void>> settle_key(secret_store& in, std::shared_ptr<const sealing> key) {
    secret_store::reseal_function renew = [key](const sealed_text& old) -> result<std::string> {
        return key->renew(old.sealed, old.purpose);
    };
    auto renewed = co_await in.reseal_all(std::move(renew));
    if (!renewed) co_return renewed;
    kept_secret now;
    now.fingerprint = key->key_fingerprint();
    const std::string name = vault::encryption_key_name;
    const auto before = co_await in.get(name);
    if (!before) co_return before.error();
    const bool is_known = *before && **before == now;
    if (is_known) co_return result<void>();
    auto replaced = co_await in.replace(name, std::move(now));
    co_return replaced;
}

awaitable<result<secret>> open_secret(store& kept, std::filesystem::path file, std::shared_ptr<const sealing> key) {
    auto opened = co_await vault::open_installation_secret(*kept.secrets, *kept.log, std::move(file), key.get());
    if (opened && key) {
        auto settled = co_await settle_key(*kept.secrets, key);
        if (!settled) co_return settled.error();
    }
    co_return opened;
}

// At start-up nothing else runs yet: the store is waited for on a loop of its own.
result<secret> wait_for(awaitable<result<secret>> opening) {
    boost::asio::io_context loop(1);
    std::optional<result<secret>> opened;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop, std::move(opening), [&](std::exception_ptr thrown, result<secret> done) {
        problem = thrown;
        opened.emplace(std::move(done));
    });
    loop.run();
    if (problem) std::rethrow_exception(problem);
    return *std::move(opened);
}

}  // namespace

result<std::unique_ptr<installation>> installation::open(boost::asio::io_context& loop, const configuration& c) {
    std::unique_ptr<installation> out(new installation);
    if (!c.database.server.empty() && !c.sealing)
        return make_error(error_kind::configuration,
                          "several machines may share " + c.database.name() +
                              ", and with it the installation's secret, which must be sealed there: set "
                              "CREDENTIAL_ENCRYPTION_KEY, on each of them to the same key (openssl rand -hex 32)");
    auto opened = open_store(c.database, std::chrono::seconds{c.lease_s});
    if (!opened) return opened.error();
    store& kept = out->store_ = *std::move(opened);
    auto log = with_crash_point(std::move(kept.log), c.crash_point);
    if (!log) return log.error();
    kept.log = *std::move(log);

    auto secret = wait_for(open_secret(kept, vault::installation_key_path(c.database.path), c.sealing));
    if (!secret) return secret.error();
    auto vault = std::make_unique<vault::installation_vault>(*std::move(secret));
    out->own_sealing_ = std::make_unique<vault::sealing_key>(vault->own_sealing_key());
    out->vault_ = std::move(vault);
    auto operator_key = out->vault_->operator_key();
    if (!operator_key) return operator_key.error();

    ssh::shell_options ssh;
    ssh.port = static_cast<std::uint16_t>(c.ssh_port);
    ssh.user = c.ssh_user;
    out->shell_ = std::make_unique<ssh::shell>(loop.get_executor(), operator_key->private_pem, ssh);
    wipe(operator_key->private_pem);
    return out;
}

result<std::unique_ptr<installation>> installation::open_to_read(const configuration& c) {
    std::unique_ptr<installation> out(new installation);
    auto opened = open_store_to_read(c.database);
    if (!opened) return opened.error();
    out->store_ = *std::move(opened);
    return out;
}

awaitable<result<void>> installation::use(std::shared_ptr<const sealing> key) {
    return settle_key(*store_.secrets, std::move(key));
}

std::unique_ptr<engine> installation::make_engine(boost::asio::io_context& loop, cloud_source& clouds,
                                                  engine_clock& clock, engine_observer& observer,
                                                  engine_options options) {
    const world w{log(), clouds, *shell_, *vault_, clock, random_, leases(), store_.news.get()};
    return std::make_unique<engine>(loop.get_executor(), w, observer, options);
}

}  // namespace slipway::composition
