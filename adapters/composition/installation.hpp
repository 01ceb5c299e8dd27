// What one installation of slipway has on its machine: the event log and what is kept beside it, the vault, and SSH to
// its VMs. Opened at start-up by the CLI and by the daemon; one at a time per database may write (the log sees to that).
#pragma once

#include "adapters/composition/configuration.hpp"
#include "adapters/composition/store.hpp"
#include "engine/ports/key_vault.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/system.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace slipway::composition {

class installation {
public:
    // Blocks; nothing was created where it fails before the database is open.
    static result<std::unique_ptr<installation>> open(boost::asio::io_context& loop, const configuration& c);
    // To look only, beside whoever writes: what would write fails, and there is no engine.
    static result<std::unique_ptr<installation>> open_to_read(const configuration& c);

    // Not of one that only looks. All of these, and the installation, outlive the engine.
    std::unique_ptr<engine> make_engine(boost::asio::io_context& loop, cloud_source& clouds, engine_clock& clock,
                                        engine_observer& observer, engine_options options);

    // Another encryption key, or two of them, that was read anew.
    boost::asio::awaitable<result<void>> use(std::shared_ptr<const sealing> key);

    event_log& log() { return *store_.log; }
    slipway::registry& registry() { return *store_.registry; }
    slipway::outbox& outbox() { return *store_.outbox; }
    slipway::documents& documents() { return *store_.documents; }
    // What this installation seals for itself. Not of one that only looks.
    const sealing& own_sealing() const { return *own_sealing_; }
    random_source& random() { return random_; }
    slipway::leases* leases() { return store_.leases.get(); }  // null where the store has one writer

private:
    installation() = default;

    store store_;
    std::unique_ptr<key_vault> vault_;
    std::unique_ptr<const sealing> own_sealing_;
    std::unique_ptr<remote_shell> shell_;
    system_random random_;
};

}  // namespace slipway::composition
