// Everything that one running engine needs, put together: the event log, the vault, Hetzner, SSH, clock and randomness.
// Opened at start-up by the CLI and by the daemon; one at a time per database (the log sees to that).
#pragma once

#include "adapters/composition/configuration.hpp"
#include "adapters/hetzner/projects.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/system.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace slipway::composition {

// Hetzner for VMs that are requested directly: needs no database, so that a dry run leaves no trace.
// Takes the token out of the configuration. error_kind::configuration where there is none.
result<std::unique_ptr<hetzner::projects>> open_hetzner(configuration& c, engine_clock& clock);

class installation {
public:
    // Blocks; nothing was created where it fails before the database is open. 
    static result<std::unique_ptr<installation>> open(boost::asio::io_context& loop, const configuration& c,
                                                      cloud_source& clouds, engine_clock& clock,
                                                      engine_observer& observer, engine_options options);

    slipway::engine& engine() { return *engine_; }
    event_log& log() { return *log_; }
    slipway::registry& registry() { return *registry_; }
    slipway::outbox& outbox() { return *outbox_; }

private:
    installation() = default;

    std::unique_ptr<event_log> log_;
    std::unique_ptr<slipway::registry> registry_;
    std::unique_ptr<slipway::outbox> outbox_;
    std::unique_ptr<key_vault> vault_;
    std::unique_ptr<remote_shell> shell_;
    system_random random_;
    std::unique_ptr<slipway::engine> engine_;
};

}  // namespace slipway::composition
