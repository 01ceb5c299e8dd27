// The marketplace put together: the engine with its log, Hetzner projects, registry, messages, and the API's handler on
// top. slipwayd serves the handler on its sockets; the CLI's marketplace verbs call it in their own process.
//
// Owned by main(), one at a time per database, destroyed before its loop. Called on the loop's thread.
#pragma once

#include "adapters/api/handler.hpp"
#include "adapters/composition/installation.hpp"
#include "engine/service/marketplace.hpp"
#include "adapters/composition/service_settings.hpp"
#include "adapters/composition/watch.hpp"
#include "adapters/notify/notifier.hpp"

#include <memory>

namespace slipway::composition {

class service_root {
public:
    // Blocks. Takes the tokens out of the settings. `also` is told what the engine does, too; it may be null.
    // `actor`: who asks through the handler, for the log.
    static result<std::unique_ptr<service_root>> open(boost::asio::io_context& loop, configuration& c,
                                                      service_settings& s, engine_clock& clock, engine_options options,
                                                      engine_observer* also = nullptr, std::string actor = "api");
    ~service_root();

    // Before anything else: makes the providers known.
    boost::asio::awaitable<result<void>> start();

    api::handler& handler() { return *handler_; }
    marketplace& market() { return *market_; }
    slipway::engine& engine() { return installation_->engine(); }
    notify::notifier& notifier() { return *notifier_; }
    event_log& log() { return installation_->log(); }

    // Secrets that were read anew.
    result<void> use(configuration& c, service_settings& s);

private:
    class both;

    service_root() = default;

    std::unique_ptr<both> observers_;
    std::unique_ptr<hetzner::projects> projects_;
    std::unique_ptr<installation> installation_;
    std::unique_ptr<marketplace> market_;
    api::handler_options asked_;
    std::unique_ptr<api::handler> handler_;
    std::unique_ptr<notify::notifier> notifier_;
};

}  // namespace slipway::composition
