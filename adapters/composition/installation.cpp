#include "adapters/composition/installation.hpp"

#include "adapters/composition/crash_points.hpp"
#include "adapters/sqlite/log.hpp"
#include "adapters/sqlite/outbox_table.hpp"
#include "adapters/sqlite/registry_tables.hpp"
#include "adapters/ssh/shell.hpp"
#include "adapters/vault/installation_vault.hpp"

namespace slipway::composition {

result<std::unique_ptr<installation>> installation::open(boost::asio::io_context& loop, const configuration& c) {
    std::unique_ptr<installation> out(new installation);

    sqlite::writer_options writing;
    writing.path = c.database;
    writing.create_directory = c.database_by_default;
    auto opened = sqlite::log::open(writing);
    if (!opened) return opened.error();
    out->registry_ = std::make_unique<sqlite::registry>(**opened);
    out->outbox_ = std::make_unique<sqlite::outbox>(**opened);
    auto log = with_crash_point(*std::move(opened), c.crash_point);
    if (!log) return log.error();
    out->log_ = *std::move(log);

    auto vault = vault::open_vault(vault::installation_key_path(c.database), c.sealing ? &*c.sealing : nullptr);
    if (!vault) return vault.error();
    out->vault_ = *std::move(vault);
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
    auto opened = sqlite::log::open_to_read(c.database);
    if (!opened) return opened.error();
    out->registry_ = std::make_unique<sqlite::registry>(**opened);
    out->outbox_ = std::make_unique<sqlite::outbox>(**opened);
    out->log_ = *std::move(opened);
    return out;
}

std::unique_ptr<engine> installation::make_engine(boost::asio::io_context& loop, cloud_source& clouds,
                                                  engine_clock& clock, engine_observer& observer,
                                                  engine_options options) {
    const world w{*log_, clouds, *shell_, *vault_, clock, random_};
    return std::make_unique<engine>(loop.get_executor(), w, observer, options);
}

}  // namespace slipway::composition
