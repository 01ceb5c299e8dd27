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

namespace {

// At start-up nothing else runs yet: the store is waited for on a loop of its own.
result<secret> wait_for(boost::asio::awaitable<result<secret>> opening) {
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
    auto opened = open_store(c.database);
    if (!opened) return opened.error();
    store& kept = out->store_ = *std::move(opened);
    auto log = with_crash_point(std::move(kept.log), c.crash_point);
    if (!log) return log.error();
    kept.log = *std::move(log);

    auto secret = wait_for(vault::open_installation_secret(*kept.secrets, *kept.log,
                                                           vault::installation_key_path(c.database.path),
                                                           c.sealing ? &*c.sealing : nullptr));
    if (!secret) return secret.error();
    out->vault_ = std::make_unique<vault::installation_vault>(*std::move(secret));
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

std::unique_ptr<engine> installation::make_engine(boost::asio::io_context& loop, cloud_source& clouds,
                                                  engine_clock& clock, engine_observer& observer,
                                                  engine_options options) {
    const world w{log(), clouds, *shell_, *vault_, clock, random_, leases()};
    return std::make_unique<engine>(loop.get_executor(), w, observer, options);
}

}  // namespace slipway::composition
