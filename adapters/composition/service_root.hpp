// The service put together (engine/service/service.hpp): the installation with its engine, Hetzner's projects, messages, and
// the API's handler on top. slipwayd serves the handler on its sockets; the CLI calls it in its own process.
//
// Owned by main(), one at a time per database, destroyed before its loop. Called on the loop's thread.
#pragma once

#include "adapters/api/handler.hpp"
#include "adapters/composition/installation.hpp"
#include "adapters/composition/service_settings.hpp"
#include "adapters/composition/watch.hpp"
#include "adapters/discord/bot.hpp"
#include "adapters/notify/notifier.hpp"
#include "engine/ports/projects.hpp"
#include "engine/runtime/observers.hpp"
#include "engine/service/marketplace.hpp"
#include "engine/service/overdue_watch.hpp"

#include <functional>
#include <memory>
#include <string>

namespace slipway::hetzner {
class project_directory;
}

namespace slipway::composition {

class service_root {
public:
    struct asked {
        std::string actor = "api";         // who asks through the handler, for the log
        engine_observer* told = nullptr;   // is told what the engine does, in place of the program's log
        std::function<void(const std::string&)> waiting = {};  // a sentence where Hetzner is asked again; none: the log
        bool only_look = false;            // beside whoever writes: commands are refused, no engine, no messages
        engine_options engine = {};
    };
    // Blocks. Takes the tokens out of the settings.
    static result<std::unique_ptr<service_root>> open(boost::asio::io_context& loop, configuration& c,
                                                      service_settings& s, engine_clock& clock, asked how);
    ~service_root();

    // Before anything else: whether the key opens the providers' tokens.
    boost::asio::awaitable<result<void>> start() { return tokens_->check(); }

    api::handler& handler() { return *handler_; }
    service::operations& service() { return *market_; }
    service::marketplace& market() { return *market_; }
    service::meters& meters() { return meters_; }
    slipway::engine* engine() { return engine_.get(); }  // none where it only looks
    notify::notifier& notifier() { return *notifier_; }
    service::overdue_watch& overdue() { return *overdue_; }  // where there is an engine
    discord::bot* bot() { return bot_.get(); }  // none: there is no DISCORD_TOKEN
    event_log& log() { return installation_->log(); }
    slipway::leases* leases() { return installation_->leases(); }  // null where the store has one writer

    // Secrets that were read anew.
    boost::asio::awaitable<result<void>> use(configuration c, service_settings s);

private:
    struct notifying;
    struct bot_told;

    service_root() = default;

    std::string endpoint_;
    service::meters meters_;
    std::unique_ptr<installation> installation_;
    std::unique_ptr<service::kept_tokens> tokens_;
    std::unique_ptr<hetzner::project_directory> projects_;
    observers observers_;
    watch watch_;
    std::unique_ptr<slipway::engine> engine_;
    std::unique_ptr<service::marketplace> market_;
    api::handler_options asked_;
    std::unique_ptr<api::handler> handler_;
    std::unique_ptr<notify::notifier> notifier_;
    std::unique_ptr<notifying> notifying_;
    std::unique_ptr<service::overdue_watch> overdue_;
    std::unique_ptr<discord::bot> bot_;
    std::unique_ptr<bot_told> bot_told_;
};

}  // namespace slipway::composition
